import { expect } from 'chai';
import { shrink } from '#inventory/shrink.ts';
import { defineCheck } from '#model/check.ts';
import { refOf } from '#model/ref.ts';
import { Brain } from '#operator/brain.ts';
import { aPod } from '#checks/samples.ts';
import { CONTEXT } from '../../support/world.ts';
import { fakeClock } from '../../support/fake-clock.ts';
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
    expect([brain.drift, told]).to.deep.equal([0, ['cluster background', 'web background']]);
    moon = 'full';
    brain.sweep();
    await waitFor('the drift', () => brain.drift === 1);
    expect(told).to.deep.equal(['cluster background', 'web background', 'web background']);
    const verdict = [...brain.engine.verdicts()].find(({ subject }) => subject.name === 'web');
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
    expect(told).to.deep.equal([
      'cluster background',
      'web background',
      'late live',
      'web background',
      'late background',
    ]);
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
    expect([...brain.engine.verdicts()].map(({ subject }) => subject.name)).to.deep.equal(['cluster', 'web']);
    brain.stop();
  });
});

/** A check whose answer is another one at a moment. */
const bedtime = defineCheck({
  id: 'KP-POD-999',
  name: 'bedtime',
  title: 'It is late',
  severity: 'low',
  why: 'For the test.',
  fix: 'Sleep.',
  refs: [],
  subject: 'Pod',
  *evaluate(_pod, _given, { now = () => 0 }) {
    if (now() < 5000) yield { until: 5000 };
    else yield { at: 'spec', message: 'it is late' };
  },
  examples: () => ({ bad: [], good: [] }),
});

describe('[unit] brain and the clock', () => {
  it('what is judged by the time is judged again when its moment comes, not before and not twice', async () => {
    const clock = fakeClock();
    const told: string[] = [];
    const start = clock.now();
    const brain = new Brain({
      judging: { checks: [bedtime], context: { ...CONTEXT, now: () => Math.floor((clock.now() - start) / 1000) } },
      scheduler: { now: clock.now, after: clock.after, soon: (run) => clock.after(0, run) },
      onVerdict: ({ name }) => told.push(`verdict of ${name}`),
      onUnchanged: ({ name }) => told.push(`${name} as before`),
      onTouched: () => undefined,
    });
    const findings = (): readonly string[] =>
      [...brain.engine.verdicts()].flatMap(({ findings: found }) => found.map(({ message }) => message));
    brain.store.setMissing('Pod', undefined);
    brain.store.put(shrink('Pod', aPod()));
    const begun = brain.begin();
    clock.advance(1000);
    await begun;
    expect([told, findings()]).to.deep.equal([['verdict of cluster', 'verdict of web'], []]);
    clock.advance(3_998_000);
    expect([told, findings()]).to.deep.equal([['verdict of cluster', 'verdict of web'], []]);
    clock.advance(1_001_100);
    expect([told, findings()]).to.deep.equal([
      ['verdict of cluster', 'verdict of web', 'verdict of web'],
      ['it is late'],
    ]);
    expect(clock.pending()).to.deep.equal([]);
    brain.stop();
  });

  it('forgets the moment of what is gone', async () => {
    const clock = fakeClock();
    const brain = new Brain({
      judging: { checks: [bedtime], context: { ...CONTEXT, now: () => 0 } },
      scheduler: { now: clock.now, after: clock.after, soon: (run) => clock.after(0, run) },
      onVerdict: () => undefined,
      onUnchanged: () => undefined,
      onTouched: () => undefined,
    });
    brain.store.setMissing('Pod', undefined);
    brain.store.put(shrink('Pod', aPod()));
    const begun = brain.begin();
    clock.advance(1000);
    await begun;
    expect([brain.engine.nextDue, clock.pending().length]).to.deep.equal([5000, 1]);
    brain.changed(brain.store.remove(refOf(shrink('Pod', aPod()))));
    clock.advance(1000);
    expect([brain.engine.nextDue, clock.pending()]).to.deep.equal([Infinity, []]);
    brain.stop();
  });
});
