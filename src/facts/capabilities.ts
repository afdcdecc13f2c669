/** Capabilities that are known ways from the container to its node. */
export const DANGEROUS: ReadonlySet<string> = new Set([
  'ALL',
  'SYS_ADMIN',
  'SYS_MODULE',
  'SYS_PTRACE',
  'SYS_RAWIO',
  'SYS_BOOT',
  'DAC_READ_SEARCH',
  'NET_ADMIN',
  'BPF',
  'PERFMON',
  'MAC_ADMIN',
  'MAC_OVERRIDE',
  'SYSLOG',
]);

/** Runtimes differ in what they accept: upper case, and with or without the prefix, is what one of them grants. */
export function plainCapability(name: string): string {
  return name.toUpperCase().replace(/^CAP_/, '');
}
