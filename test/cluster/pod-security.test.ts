/**
 * The Pod Security level that our checks give pods and pod templates is what the admission plugin of the server answers, and a scan of a
 * manifest as written says what a scan of the object says that the server makes of it. KP_PODS asks for more of them, KP_SEED for the same.
 */
import { randomInt } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { podLevel } from '#checks/pod-level.ts';
import { scanObjects } from '#cli/scan/objects.ts';
import { isTemplateWorkload, templatePod } from '#facts/workload.ts';
import { shrink, type Raw } from '#inventory/shrink.ts';
import type { Manifest, PssLevel } from '#model/check.ts';
import { KINDS, apiVersionOf } from '#model/kinds.ts';
import { meets } from '../support/pod-security.ts';
import { poster, POSTS_AT_ONCE, type Answer } from '../support/poster.ts';
import { somePod, someTemplate } from '../support/pod-security-pods.ts';
import { newNamespace, sharedControlPlane } from '../support/shared-control-plane.ts';

const CASES = Number(process.env['KP_PODS'] ?? 5_000);
const LEVELS: readonly PssLevel[] = ['baseline', 'restricted'];
/** Versions at which some rule changed, and their neighbours; before 1.19 admission reads annotations that nobody has any more. */
const OLDER = [19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35];

/** What admission says of an object that the server would take: pods it refuses, of templates it warns. */
function isAdmitted({ kind }: Manifest, { code, warnings, body: { message = '' } }: Answer): boolean {
  if (code === 201) return kind === 'Pod' || !warnings.includes('would violate PodSecurity');
  if (code === 403 && message.includes('violates PodSecurity')) return false;
  throw new Error(`an answer that is neither: ${String(code)} ${message}`);
}

/** The level of a pod, or of the pod that a template would make. */
function levelOf(manifest: Manifest, minor: number): ReturnType<typeof podLevel> {
  const object = shrink(manifest.kind, manifest as Raw);
  const pod = isTemplateWorkload(object) ? templatePod(object, apiVersionOf(KINDS[object.kind])) : object;
  if (pod?.kind !== 'Pod') throw new Error(`${manifest.kind} has no pod`);
  return podLevel(pod, minor);
}

/** What a scan finds, as a scan of the manifest and one of the object must both say it. */
function found(manifest: object, minor: number): readonly string[] {
  const { findings, notEvaluated, errors } = scanObjects([manifest], { kubernetesVersion: `1.${String(minor)}` });
  return [...findings, ...notEvaluated, ...errors].map((each) => JSON.stringify(each));
}

describe('[cluster] Pod Security admission', function () {
  this.timeout(Math.max(180_000, CASES * 60));
  let ask: ReturnType<typeof poster> | undefined;
  let latest = 0;
  let anything: string;

  const labelled = (level: PssLevel, version: string): string => `pss-${level}-${version.replace('.', '-')}`;
  const create = (namespace: string, manifest: Manifest): Promise<Answer> => {
    const { group, version, plural } = KINDS[manifest.kind];
    const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
    const placed = { ...manifest, metadata: { ...manifest.metadata, namespace } };
    return ask!.post(`${root}/namespaces/${namespace}/${plural}?dryRun=All`, placed);
  };

  before(async function () {
    const plane = await sharedControlPlane(this);
    ask = poster(plane);
    const version = JSON.parse(await plane.kubectl('get', '--raw', '/version')) as { readonly minor: string };
    latest = Number.parseInt(version.minor, 10);
    anything = await newNamespace(plane);
    for (const level of LEVELS) {
      for (const rules of ['latest', ...OLDER.map((minor) => `v1.${String(minor)}`)]) {
        const modes = ['enforce', 'warn'].flatMap((mode) => [
          [`pod-security.kubernetes.io/${mode}`, level],
          [`pod-security.kubernetes.io/${mode}-version`, rules],
        ]);
        const metadata = { name: labelled(level, rules), labels: Object.fromEntries(modes) as object };
        const { code, body } = await ask.post('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata });
        expect(code, JSON.stringify(body)).to.equal(201);
      }
    }
  });

  after(() => ask?.close());

  /** Where we and the server differ over one object; undefined for one that the server does not take. */
  const differences = async (manifest: Manifest, older: number): Promise<readonly string[] | undefined> => {
    const live = await create(anything, manifest);
    if (live.code === 422) return undefined;
    if (live.code !== 201) return [`cannot be created: ${JSON.stringify(live.body)}`];
    const differing: string[] = [];
    const object = live.body as Manifest;
    for (const [rules, minor] of [
      ['latest', latest],
      [`v1.${String(older)}`, older],
    ] as const) {
      const [written, held] = [levelOf(manifest, minor), levelOf(object, minor)];
      for (const level of LEVELS) {
        const answer = await create(labelled(level, rules), manifest);
        const isTaken = isAdmitted(manifest, answer);
        if (meets(written, level) !== isTaken || meets(held, level) !== isTaken)
          differing.push(
            `${level} at ${rules}: as written ${written}, as the server has it ${held}; the server: ${answer.body.message ?? answer.warnings}`,
          );
      }
    }
    const placed = { ...manifest, metadata: { ...manifest.metadata, namespace: anything } };
    const [written, held] = [found(placed, latest), found(object, latest)];
    const [only, other] = [
      written.filter((each) => !held.includes(each)),
      held.filter((each) => !written.includes(each)),
    ];
    if (only.length + other.length > 0)
      differing.push(`found as written alone: ${only.join()}; as the server has it alone: ${other.join()}`);
    return differing;
  };

  it(`agrees with our checks on ${String(CASES)} random pods and templates`, async () => {
    const seed = Number(process.env['KP_SEED'] ?? randomInt(2 ** 31));
    console.log(`      KP_SEED=${String(seed)}`);
    const counts = { taken: 0, refused: 0, pods: 0, templates: 0, restricted: 0, baseline: 0, privileged: 0 };
    const cases = fc.oneof({ weight: 2, arbitrary: somePod }, someTemplate);
    const generator = fc.sample(fc.tuple(cases, fc.constantFrom(...OLDER.filter((minor) => minor < latest))), {
      seed,
      numRuns: CASES * 2,
    });
    let next = 0;
    const work = async (): Promise<void> => {
      for (; counts.taken < CASES;) {
        const [manifest, older] = generator[next++] ?? [];
        if (manifest === undefined || older === undefined) throw new Error('the server refuses too many of them');
        const differing = await differences(manifest, older);
        if (differing === undefined) {
          counts.refused += 1;
          continue;
        }
        expect(differing, `KP_SEED=${String(seed)} ${JSON.stringify(manifest)}`).to.deep.equal([]);
        counts.taken += 1;
        counts[manifest.kind === 'Pod' ? 'pods' : 'templates'] += 1;
        counts[levelOf(manifest, latest)] += 1;
      }
    };
    await Promise.all(Array.from({ length: POSTS_AT_ONCE }, work));
    console.log(`      ${JSON.stringify(counts)}`);
    expect(Math.min(counts.restricted, counts.baseline, counts.privileged)).to.be.greaterThan(CASES / 20);
  });
});
