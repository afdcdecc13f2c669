import type { Parameters } from '#model/parameters.ts';
import { fitsAny } from '#model/pattern.ts';

export function isSystemNamespace(namespace: string, parameters: Parameters): boolean {
  return fitsAny(namespace, parameters.systemNamespaces);
}

/** A namespace where privileged pods are at home: the system's and those that the owner listed. */
export function isPrivilegedNamespace(namespace: string, parameters: Parameters): boolean {
  return isSystemNamespace(namespace, parameters) || fitsAny(namespace, parameters.privilegedNamespaces);
}
