import { sides } from '#model/inventory.ts';
import type { ObjectOf } from '#model/objects.ts';
import type { Ref } from '#model/ref.ts';
import { defineRelation } from '#model/relation.ts';

/** A route that only turns plain HTTP to HTTPS; `section` is the listener that it names. */
export interface Redirect {
  readonly route: ObjectOf<'HTTPRoute'>;
  readonly section: string | undefined;
}

export const redirectsOfGateway = defineRelation({
  subject: 'Gateway',
  name: 'HTTPRoutes that redirect',
  related: ({ metadata }, inventory): readonly Redirect[] =>
    inventory
      .list('HTTPRoute')
      .filter(turns)
      .flatMap((route) =>
        gatewaysOf(route)
          .filter(({ ref }) => ref.namespace === metadata.namespace && ref.name === metadata.name)
          .map(({ section }) => ({ route, section })),
      ),
  affected: { HTTPRoute: (change) => sides(change).flatMap((route) => gatewaysOf(route).map(({ ref }) => ref)) },
});

function turns({ spec }: ObjectOf<'HTTPRoute'>): boolean {
  const rules = spec?.rules ?? [];
  return rules.length > 0 && rules.every(({ filters = [] }) => filters.some(({ type }) => type === 'RequestRedirect'));
}

function gatewaysOf({
  metadata,
  spec,
}: ObjectOf<'HTTPRoute'>): readonly { readonly ref: Ref<'Gateway'>; readonly section: string | undefined }[] {
  return (spec?.parentRefs ?? [])
    .filter(({ kind = 'Gateway' }) => kind === 'Gateway')
    .map(({ namespace = metadata.namespace, name, sectionName }) => ({
      ref: { kind: 'Gateway', namespace, name },
      section: sectionName,
    }));
}
