/** Runtimes differ in what they accept: upper case, and with or without the prefix, is what one of them grants. */
export function plainCapability(name: string): string {
  return name.toUpperCase().replace(/^CAP_/, '');
}
