import type { Blame } from "./blame.ts";
import type { Policy } from "./site-schema.ts";
import { suggestNear } from "./suggest.ts";

type Rule = Policy["rules"][number];

const mostRules = 255;

/** What the schema can't say of rules. */
export function checkRules({ rules, ...named }: Policy, blame: Blame): void {
  if (rules.length > mostRules) blame("/policy/rules", `has ${rules.length} rules`, `at most ${mostRules}`);
  for (const [index, rule] of rules.entries()) {
    const path = `/policy/rules/${index}`;
    if (!/^[\p{L}\p{M}\p{N}\p{P}\p{S} ]*$/u.test(rule.name))
      blame(`${path}/name`, "has characters that can't be shown", "letters, digits, signs and spaces");
    const namesake = rules.findIndex(({ name }) => name === rule.name);
    if (namesake < index)
      blame(
        `${path}/name`,
        `is that of rule ${namesake}, too: ${rule.name}`,
        "logs tell rules by their names",
      );
    for (const kind of ["groups", "schedules", "lists"] as const) {
      for (const [at, name] of rule[kind].entries()) {
        if (!Object.hasOwn(named[kind], name))
          blame(
            `${path}/${kind}/${at}`,
            `isn't one of the ${kind}: ${name}`,
            suggestNear(name, Object.keys(named[kind])),
          );
      }
    }
    const earlier = rules.slice(0, index).find((other) => covers(other, rule));
    if (earlier !== undefined && rules.indexOf(earlier) !== namesake) {
      blame(
        path,
        `never decides: ${JSON.stringify(earlier.name)} before it fits whenever it does`,
        "put it before that one, or leave it out",
      );
    }
  }
}

/** Whether one rule fits whenever another does, as far as their conditions say it: kind by kind. */
const covers = (one: Rule, other: Rule): boolean =>
  conditionsOf(one).every((mine, kind) => {
    const others = conditionsOf(other)[kind] ?? [];
    return mine.length === 0 || (others.length > 0 && others.every((each) => mine.includes(each)));
  });

const conditionsOf = ({ groups, schedules, methods, lists, domains, urls, patterns }: Rule): string[][] => [
  groups,
  schedules,
  methods,
  [
    ...lists.map((name) => `list ${name}`),
    ...domains.map((domain) => `domain ${domain}`),
    ...urls.map((url) => `url ${url}`),
    ...patterns.map((pattern) => `pattern ${pattern}`),
  ],
];
