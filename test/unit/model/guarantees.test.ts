/** What the compiler holds for relations and checks. Each `@ts-expect-error` is a case: `npm run check` fails when its line compiles. */
import { expect } from 'chai';
import { defineCheck } from '#model/check.ts';
import { refOf } from '#model/ref.ts';
import { defineRelation } from '#model/relation.ts';

const TOLD = {
  id: 'KP-POD-999',
  name: 'guarantee',
  title: 'For the compiler',
  severity: 'low',
  why: 'Because.',
  fix: 'Nothing.',
  refs: [],
  examples: () => ({ bad: [], good: [] }),
} as const;

const policies = defineRelation({
  subject: 'Pod',
  name: 'policies',
  related: (pod, inventory) => inventory.list('NetworkPolicy', pod.metadata.namespace),
  affected: { NetworkPolicy: (change, inventory) => inventory.list('Pod', change.ref.namespace).map(refOf) },
});

describe('[unit] compile-time guarantees', () => {
  it('a relation cannot read a kind that it has no handler for', () => {
    const relation = defineRelation({
      subject: 'Pod',
      name: 'forgets a handler',
      // @ts-expect-error -- Secret has no handler below
      related: (_pod, inventory) => inventory.list('Secret'),
      affected: { NetworkPolicy: () => [] },
    });
    expect(relation.reads).to.deep.equal(['NetworkPolicy']);
  });

  it('a handler answers with subjects of the relation and reads no foreign kind', () => {
    const relation = defineRelation({
      subject: 'Pod',
      name: 'answers with another kind',
      related: (_pod, inventory) => inventory.list('NetworkPolicy'),
      affected: {
        // @ts-expect-error -- a Namespace is no Pod, and Secrets are not declared
        NetworkPolicy: (_change, inventory) => inventory.list('Secret').map(refOf),
      },
    });
    expect(relation.reads).to.deep.equal(['NetworkPolicy']);
  });

  it('a check sees its inputs by their types, and no other', () => {
    const check = defineCheck({
      ...TOLD,
      subject: 'Pod',
      inputs: { policies },
      *evaluate(pod, given) {
        // @ts-expect-error -- there is no such field
        if (pod.spec.hostnetwork === true) return;
        // @ts-expect-error -- there is no such input
        if (given.secrets === undefined) return;
        if (given.policies.length === 0) yield { at: 'spec', message: 'none' };
      },
    });
    expect(check.judges.map(({ subject }) => subject)).to.deep.equal(['Pod']);
  });

  it('a relation of another subject is no input', () => {
    const check = defineCheck({
      ...TOLD,
      subject: 'Namespace',
      // @ts-expect-error -- the relation is of Pods
      inputs: { policies },
      evaluate: () => [],
    });
    expect(check.id).to.equal('KP-POD-999');
  });

  it('a problem needs a place and a message', () => {
    const check = defineCheck({
      ...TOLD,
      subject: 'Pod',
      // @ts-expect-error -- no message
      *evaluate() {
        yield { at: 'spec' };
      },
    });
    expect(check.name).to.equal('guarantee');
  });
});
