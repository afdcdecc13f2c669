import { expect } from 'chai';
import { shrink } from '#inventory/shrink.ts';
import { defineCheck } from '#model/check.ts';
import { Brain } from '#operator/brain.ts';
import { aPod } from '#checks/samples.ts';
import { CONTEXT } from '../../support/world.ts';
import { waitFor } from '../../support/wait.ts';

/** A check that breaks the law: it reads something that is no input, so no event tells when its answer changes. */
let moon = 'new';
const moonPhase = defineCheck({
  id: 'KP-POD-998',
  name: 'moon-phase',
  title: 'The moon is full',
  severity: 'low',
  why: 'For the test.',
  fix: 'Wait.',
  refs: [],
  subject: 'Pod',
  *evaluate() {
    if (moon === 'full') yield { at: 'spec', message: 'the moon is full' };
  },
  examples: () => ({ bad: [], good: [] }),
});

describe('[unit] brain', () => {
  it('a sweep finds a verdict that is wrong, counts it as drift and mends it', async () => {
    moon = 'new';
    const told: string[] = [];
    const brain = new Brain({
      judging: { checks: [moonPhase], context: CONTEXT },
      onVerdict: ({ name }, priority) => told.push(`${name} ${priority}`),
      onUnchanged: () => undefined,
      onTouched: () => undefined,
    });
    brain.store.setMissing('Pod', undefined);
    brain.store.put(shrink('Pod', aPod()));
    await brain.begin();
    expect([brain.drift, told]).to.deep.equal([0, ['web background']]);
    moon = 'full';
    brain.sweep();
    await waitFor('the drift', () => brain.drift === 1);
    expect(told).to.deep.equal(['web background', 'web background']);
    const [verdict] = [...brain.engine.verdicts()];
    expect(verdict?.findings.map(({ message }) => message)).to.deep.equal(['the moon is full']);
    brain.stop();
  });

  it('says whether the cluster changed, or what is known of it and how it is judged', async () => {
    moon = 'full';
    const told: string[] = [];
    const judging = { checks: [moonPhase], context: CONTEXT };
    const brain = new Brain({
      judging,
      onVerdict: ({ name }, priority) => told.push(`${name} ${priority}`),
      onUnchanged: () => undefined,
      onTouched: () => undefined,
    });
    brain.store.setMissing('Pod', undefined);
    brain.store.put(shrink('Pod', aPod()));
    await brain.begin();
    const { metadata, spec } = aPod();
    brain.changed(brain.store.put(shrink('Pod', { metadata: { ...metadata, name: 'late' }, spec })));
    await brain.loop.idle();
    await brain.configure({ ...judging, checks: [] });
    expect(told).to.deep.equal(['web background', 'late live', 'web background', 'late background']);
    brain.stop();
  });

  it('judges nothing before it is told to begin, and everything then', async () => {
    moon = 'full';
    const brain = new Brain({
      judging: { checks: [moonPhase], context: CONTEXT },
      onVerdict: () => undefined,
      onUnchanged: () => undefined,
      onTouched: () => undefined,
    });
    brain.changed(brain.store.put(shrink('Pod', aPod())));
    expect([brain.loop.depth, [...brain.engine.verdicts()]]).to.deep.equal([0, []]);
    brain.store.setMissing('Pod', undefined);
    await brain.begin();
    expect([...brain.engine.verdicts()]).to.have.length(1);
    brain.stop();
  });
});
