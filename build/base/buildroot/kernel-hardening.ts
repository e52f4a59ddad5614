/**
 * What makes a kernel's faults harder to use: on in Debian's kernels, which the debian base has, and off in the
 * kernel's own default configurations. Symbols without `CONFIG_`, of Linux 5.13 and later.
 */
export const hardening: readonly string[] = [
  "BUG_ON_DATA_CORRUPTION",
  "FORTIFY_SOURCE",
  "HARDENED_USERCOPY",
  "INIT_ON_ALLOC_DEFAULT_ON",
  "IO_STRICT_DEVMEM",
  "RANDOMIZE_KSTACK_OFFSET_DEFAULT",
  "SCHED_STACK_END_CHECK",
  "SECURITY_DMESG_RESTRICT",
  "SECURITY_YAMA",
  "SHUFFLE_PAGE_ALLOCATOR",
  "SLAB_FREELIST_HARDENED",
  "SLAB_FREELIST_RANDOM",
  "SYN_COOKIES",
];
