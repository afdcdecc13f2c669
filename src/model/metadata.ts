import { flag, list, map, or, struct, text, type Shaped } from './shape.ts';

const NONE: Readonly<Record<string, string>> = Object.freeze(Object.create(null) as Record<string, string>);

/** The annotations that some check or the ownership rules read; every other annotation stops at the shrinker. */
export const KEPT_ANNOTATIONS = ['kubernetes.io/config.mirror', 'kubernetes.io/service-account.name'] as const;
const KEPT_ANNOTATION_PREFIXES = ['container.apparmor.security.beta.kubernetes.io/'];

/** The value of a label: null is the empty string here, as the API server reads it; so is, with a note, what is no string. */
const value = or(text, '');

/** A map of labels; absent is empty. */
export const labels = or(map(value), NONE);

export const annotations = or(
  map(
    value,
    (key) =>
      (KEPT_ANNOTATIONS as readonly string[]).includes(key) ||
      KEPT_ANNOTATION_PREFIXES.some((prefix) => key.startsWith(prefix)),
  ),
  NONE,
);

const ownerReference = struct({
  apiVersion: or(text, ''),
  kind: or(text, ''),
  name: or(text, ''),
  uid: text,
  controller: flag,
});

/** Who made an object and manages it. */
export type OwnerReference = Shaped<typeof ownerReference>;

export const metadata = struct({
  name: or(text, ''),
  generateName: text,
  /** `''` for cluster-scoped objects. */
  namespace: or(text, ''),
  uid: text,
  labels,
  annotations,
  ownerReferences: list(ownerReference),
});

export type Metadata = Shaped<typeof metadata>;

/** The owner that manages the object, if one does: at most one reference has `controller: true`. */
export function controllerOf(object: { readonly metadata: Metadata }): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((owner) => owner.controller === true);
}
