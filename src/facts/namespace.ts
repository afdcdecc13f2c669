import type { Parameters } from '#model/parameters.ts';

/** Whether a namespace is in a list of names, where a trailing `*` stands for any rest. */
export function isNamed(namespace: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) =>
    pattern.endsWith('*') ? namespace.startsWith(pattern.slice(0, -1)) : namespace === pattern,
  );
}

export function isSystemNamespace(namespace: string, parameters: Parameters): boolean {
  return isNamed(namespace, parameters.systemNamespaces);
}

/** A namespace where privileged pods are at home: the system's and those that the owner listed. */
export function isPrivilegedNamespace(namespace: string, parameters: Parameters): boolean {
  return isSystemNamespace(namespace, parameters) || isNamed(namespace, parameters.privilegedNamespaces);
}
