/** The Pod Security level that our checks give a pod is what the admission plugin of the server answers. KP_PODS asks for more pods. */
import { randomInt } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import type { Manifest, PssLevel } from '#model/check.ts';
import { judged, meets } from '../support/pod-security.ts';
import { somePod } from '../support/pod-security-pods.ts';
import { poster, type Answer } from '../support/poster.ts';
import { newNamespace, sharedControlPlane } from '../support/shared-control-plane.ts';

const PODS = Number(process.env['KP_PODS'] ?? 1_000);
const LEVELS: readonly PssLevel[] = ['baseline', 'restricted'];
/** Versions at which some rule changed, and their neighbours. */
const OLDER = [24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35];

/** What admission says of a pod that the server would take. */
function isAdmitted({ code, body: { message = '' } }: Answer): boolean {
  if (code === 201) return true;
  if (code === 403 && message.includes('violates PodSecurity')) return false;
  throw new Error(`an answer that is neither: ${String(code)} ${message}`);
}

describe('[cluster] Pod Security admission', function () {
  this.timeout(Math.max(180_000, PODS * 60));
  let ask: ReturnType<typeof poster> | undefined;
  let latest = 0;
  let anything: string;

  const labelled = (level: PssLevel, version: string): string => `pss-${level}-${version.replace('.', '-')}`;
  const create = (namespace: string, pod: Manifest): Promise<Answer> =>
    ask!.post(`/api/v1/namespaces/${namespace}/pods?dryRun=All`, pod);

  before(async function () {
    const plane = await sharedControlPlane(this);
    ask = poster(plane);
    const version = JSON.parse(await plane.kubectl('get', '--raw', '/version')) as { readonly minor: string };
    latest = Number.parseInt(version.minor, 10);
    anything = await newNamespace(plane);
    for (const level of LEVELS) {
      for (const enforced of ['latest', ...OLDER.map((minor) => `v1.${String(minor)}`)]) {
        const labels = {
          'pod-security.kubernetes.io/enforce': level,
          'pod-security.kubernetes.io/enforce-version': enforced,
        };
        const namespace = {
          apiVersion: 'v1',
          kind: 'Namespace',
          metadata: { name: labelled(level, enforced), labels },
        };
        const { code, body } = await ask.post('/api/v1/namespaces', namespace);
        expect(code, JSON.stringify(body)).to.equal(201);
      }
    }
  });

  after(() => ask?.close());

  it(`agrees with our checks on ${String(PODS)} random pods`, async () => {
    const seed = Number(process.env['KP_SEED'] ?? randomInt(2 ** 31));
    console.log(`      KP_SEED=${String(seed)}`);
    const admitted = { taken: 0, refused: 0, restricted: 0, baseline: 0, privileged: 0 };

    await fc.assert(
      fc.asyncProperty(somePod, fc.constantFrom(...OLDER.filter((minor) => minor < latest)), async (pod, older) => {
        const live = await create(anything, pod);
        if (live.code === 422) admitted.refused += 1;
        fc.pre(live.code !== 422);
        expect(live.code, JSON.stringify(live.body)).to.equal(201);
        const asked = LEVELS.flatMap((level) => [
          { level, minor: latest, namespace: labelled(level, 'latest') },
          { level, minor: older, namespace: labelled(level, `v1.${String(older)}`) },
        ]);
        const answers = await Promise.all(asked.map(({ namespace }) => create(namespace, pod)));
        for (const [index, { level, minor }] of asked.entries()) {
          const answer = answers[index]!;
          for (const [what, manifest] of [
            ['as written', pod],
            ['as the server has it', live.body as Manifest],
          ] as const) {
            const ours = judged(manifest, minor);
            const because = ours.broken.map(({ check, path }) => `${check} ${path}`).join(', ');
            const told = `${level} at 1.${String(minor)}, ${what}\nours: ${because}\nserver: ${answer.body.message ?? 'admitted'}`;
            expect(meets(ours.level, level), told).to.equal(isAdmitted(answer));
          }
        }
        admitted.taken += 1;
        admitted[judged(pod, latest).level] += 1;
      }),
      { seed, numRuns: PODS },
    );
    console.log(`      ${JSON.stringify(admitted)}`);
    expect(Math.min(admitted.restricted, admitted.baseline, admitted.privileged)).to.be.greaterThan(PODS / 20);
  });
});
