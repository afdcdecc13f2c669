import { flagOf, instanceOf, listOf } from '#facts/control-plane.ts';
import type { Grip } from '#facts/admission.ts';
import { verificationsOf, type Use, type Verification, type VerifierObject } from '#facts/image-verifiers.ts';
import { imagesOf } from '#facts/image.ts';
import { isSystemNamespace } from '#facts/namespace.ts';
import { defineCheckOfMany, ifKnown, judge, type Word } from '#model/check.ts';
import type { Metadata } from '#model/metadata.ts';
import type { ObjectOf, Pod } from '#model/objects.ts';
import type { Parameters } from '#model/parameters.ts';
import { refOf, type Ref } from '#model/ref.ts';
import { listed } from '#model/text.ts';
import { apiServersBesideCluster, apiServersOfCluster } from '#relations/control-plane.ts';
import {
  imagesOfNamespace,
  namespacesInUse,
  verifiersOfCluster,
  verifiersOfNamespace,
} from '#relations/image-verifiers.ts';
import { signatureExamples } from '../signature-examples.ts';

const AT = 'metadata.name';

const ofNamespace = judge({
  subject: 'Namespace',
  inputs: { verifiers: verifiersOfNamespace, pods: imagesOfNamespace, apiServers: ifKnown(apiServersOfCluster) },
  applies: ({ metadata, assumed }, { parameters }) => assumed !== true && !isSystemNamespace(metadata.name, parameters),

  *evaluate({ metadata }, { verifiers, pods, apiServers }, { parameters, complete }) {
    const all = verificationsIn(verifiers, apiServers ?? [], parameters);
    const uses = pods.flatMap(usesOf);
    if (uses.length === 0) return;
    if (!complete && all.length === 0) yield { unknown: 'the files hold nothing that verifies images' };
    else yield* judged(metadata, uses, all);
  },
});

const ofCluster = judge({
  subject: 'Cluster',
  inputs: {
    verifiers: verifiersOfCluster,
    namespaces: namespacesInUse,
    apiServers: ifKnown(apiServersBesideCluster),
  },

  *evaluate(_cluster, { verifiers, namespaces, apiServers }, { parameters }) {
    const all = verificationsIn(verifiers, apiServers ?? [], parameters);
    const users = namespaces.filter(({ metadata }) => !isSystemNamespace(metadata.name, parameters));
    yield* judgedAll(users, all);
  },
});

export const signatureNotVerified = defineCheckOfMany({
  id: 'KP-IMG-005',
  name: 'signature-not-verified',
  title: 'Images are not verified before they run',
  severity: 'medium',
  why: 'Whoever can push to the registry, or stand between it and the node, can run code here: nothing asks who made an image.',
  fix: 'Deploy a verifier (Kyverno, Sigstore policy-controller, Ratify, Kubewarden, Connaisseur) in audit mode, sign images where they are built, then enforce it; name a verifier of your own in the parameter `imageVerifiers`.',
  refs: ['CIS:5.5.1', 'OWASP2022:K02', 'OWASP2022:K04', 'OWASP2025:K04', 'NSA:N3', 'MITRE:T1525', 'MITRE:T1195.002'],
  evidence: 'heuristic',
  aspects: {
    none: 'nothing that is known verifies them',
    partial: 'some are verified, others are not',
    auditOnly: 'what has no good signature is told of, and runs all the same',
    noAttestation: 'signatures are asked for, an attestation of what is inside or where it was built is not',
  },
  judges: [ofNamespace, ofCluster],
  examples: signatureExamples,
});

function verificationsIn(
  objects: readonly VerifierObject[],
  apiServers: readonly Pod[],
  parameters: Parameters,
): readonly Verification[] {
  const own = isPolicyWebhookOn(apiServers, parameters) ? [{ attests: false, on: () => 'refuses' as const }] : [];
  return [...objects.flatMap((object) => verificationsOf(object, parameters.imageVerifiers)), ...own];
}

/** Whether every API server asks a webhook of its own before an image may run. */
function isPolicyWebhookOn(pods: readonly Pod[], parameters: Parameters): boolean {
  const servers = pods.flatMap((pod) => instanceOf(pod, 'kube-apiserver', parameters) ?? []);
  return (
    servers.length > 0 &&
    servers.every(
      ({ flags = [] }) =>
        listOf(flags, 'enable-admission-plugins').includes('ImagePolicyWebhook') &&
        flagOf(flags, 'admission-control-config-file') !== undefined,
    )
  );
}

function usesOf(pod: Pod): readonly Use[] {
  return imagesOf(pod.spec).flatMap(({ image = '' }) => (image === '' ? [] : [{ pod, image }]));
}

const GRIPS: readonly Grip[] = ['refuses', 'mayRefuse', 'tells'];

/** The firmest grip that anything has. */
function gripOn(namespace: Metadata, all: readonly Verification[], use?: Use): Grip | undefined {
  const grips = new Set(all.map(({ on }) => on(namespace, use)));
  return GRIPS.find((grip) => grips.has(grip));
}

function* judged(namespace: Metadata, uses: readonly Use[], all: readonly Verification[]): Iterable<Word> {
  const byGrip = Map.groupBy(uses, (use) => gripOn(namespace, all, use));
  const loose = [...(byGrip.get('tells') ?? []), ...(byGrip.get(undefined) ?? [])];
  if (loose.length === 0) {
    if (byGrip.has('mayRefuse'))
      yield { unknown: 'whether images are verified hangs on conditions of the policies that are not evaluated' };
  } else if (loose.length < uses.length) {
    const message = `some images of the namespace are verified, not ${named(loose.map(({ image }) => image))}`;
    yield { at: AT, aspect: 'partial', severity: 'low', message };
  } else if (byGrip.has('tells')) {
    yield { at: AT, aspect: 'auditOnly', severity: 'low', message: AUDIT, because: blamed(namespace, all) };
  } else {
    yield { at: AT, aspect: 'none', message: 'nothing verifies the images of the namespace before they run' };
  }
}

function blamed(namespace: Metadata, all: readonly Verification[]): readonly Ref[] {
  return all.filter(({ on }) => on(namespace) === 'tells').flatMap(({ by }) => (by === undefined ? [] : [refOf(by)]));
}

const AUDIT = 'images are verified, and what has no good signature runs all the same';

function* judgedAll(namespaces: readonly ObjectOf<'Namespace'>[], all: readonly Verification[]): Iterable<Word> {
  const grips = namespaces.map(({ metadata }) => ({ name: metadata.name, grip: gripOn(metadata, all) }));
  const loose = grips.filter(({ grip }) => grip === undefined || grip === 'tells').map(({ name }) => name);
  if (loose.length === 0) yield* attested(namespaces, all);
  else if (loose.length < grips.length) {
    const message = `images are verified in some namespaces, not in ${named(loose)}`;
    yield { at: AT, aspect: 'partial', severity: 'low', message };
    yield* attested(namespaces, all);
  } else if (grips.some(({ grip }) => grip === 'tells')) {
    yield { at: AT, aspect: 'auditOnly', severity: 'low', message: AUDIT };
  } else {
    yield { at: AT, aspect: 'none', message: 'nothing in the cluster verifies images before they run' };
  }
}

function* attested(namespaces: readonly ObjectOf<'Namespace'>[], all: readonly Verification[]): Iterable<Word> {
  const isAsked = all.some(
    ({ attests, on }) => attests && namespaces.some(({ metadata }) => (on(metadata) ?? 'tells') !== 'tells'),
  );
  if (isAsked || namespaces.length === 0) return;
  const message =
    'signatures of images are asked for, attestations of their contents or of how they were built are not';
  yield { at: AT, aspect: 'noAttestation', severity: 'info', message };
}

const NAMED = 3;

function named(words: readonly string[]): string {
  return listed([...new Set(words)].sort(), NAMED);
}
