/** Says one fault of a site: where, as a JSON pointer, what is so, and what to do about it. */
export type Blame = (path: string, fact: string, hint: string) => void;
