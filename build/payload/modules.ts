/** What the text of a program's command says, and the kernel module behind it. */
interface Word {
  readonly program: RegExp;
  readonly word: RegExp;
  readonly module: string;
}

const words: readonly Word[] = [
  ...wordsOf(/^ip /, [
    [/ type bridge/, "bridge"],
    [/ type veth/, "veth"],
  ]),
  ...wordsOf(/^ebtables-/, [
    [/^\*/m, "ebtables"],
    [/^\*broute$/m, "ebtable_broute"],
    [/^\*nat$/m, "ebtable_nat"],
    [/^\*filter$/m, "ebtable_filter"],
    [/ --arp-/, "ebt_arp"],
    [/ -j arpreply/, "ebt_arpreply"],
    [/ --ip-/, "ebt_ip"],
    [/ --ip6-/, "ebt_ip6"],
    [/ -j mark/, "ebt_mark"],
    [/ --mark /, "ebt_mark_m"],
    [/ --pkttype-type/, "ebt_pkttype"],
    [/ -j redirect/, "ebt_redirect"],
  ]),
  ...wordsOf(/^iptables-/, [
    [/^\*filter$/m, "iptable_filter"],
    [/^\*mangle$/m, "iptable_mangle"],
    [/ -j REJECT/, "ipt_REJECT"],
  ]),
  ...wordsOf(/^ip6tables-/, [
    [/^\*filter$/m, "ip6table_filter"],
    [/^\*mangle$/m, "ip6table_mangle"],
    [/ -j REJECT/, "ip6t_REJECT"],
  ]),
  ...wordsOf(/^ip6?tables-/, [
    [/ --(syn|tcp-flags|[sd]port) /, "xt_tcpudp"],
    [/ -m multiport/, "xt_multiport"],
    [/ -m socket/, "xt_socket"],
    [/ -m mark| -j MARK/, "xt_mark"],
    [/ -j TPROXY/, "xt_TPROXY"],
    [/ -j TCPMSS/, "xt_TCPMSS"],
  ]),
  ...wordsOf(/^tc /, [
    [/ clsact/, "sch_ingress"],
    [/ flower/, "cls_flower"],
    [/ skbedit/, "act_skbedit"],
  ]),
  ...wordsOf(/^nft /, [
    [/^table/m, "nf_tables"],
    [/^table bridge/m, "nft_meta_bridge"],
    [/ tproxy /, "nft_tproxy"],
    [/ socket /, "nft_socket"],
    [/ reject/, "nft_reject_inet"],
  ]),
];

/**
 * The kernel modules that commands need, to be loaded in one go: the kernel itself would start a process for
 * each. What a set-up doesn't need it neither waits for nor pays for in memory.
 */
export function modulesFor(commands: readonly string[]): string[] {
  return words
    .filter(({ program, word }) => commands.some((command) => program.test(command) && word.test(command)))
    .map(({ module }) => module);
}

function wordsOf(program: RegExp, pairs: readonly (readonly [RegExp, string])[]): Word[] {
  return pairs.map(([word, module]) => ({ program, word, module }));
}
