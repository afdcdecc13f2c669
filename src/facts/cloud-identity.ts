import { CLOUD_IDENTITIES, type Metadata } from '#model/metadata.ts';

/** The annotations that make an account a role of a cloud. An empty one names none. */
export function cloudIdentitiesOf({ metadata }: { readonly metadata: Metadata }): readonly string[] {
  return CLOUD_IDENTITIES.filter((key) => (metadata.annotations[key] ?? '') !== '');
}
