/** A product that verifies images behind a webhook of its own, known by the Service of that webhook. */
export interface ImageVerifier {
  readonly verifier: string;
  /** Names of Services; a trailing `*` stands for any rest. */
  readonly services: readonly string[];
}

/** What has policies of its own kinds, as Kyverno, policy-controller, Ratify and Kubewarden do, is known by these. */
export const IMAGE_VERIFIERS: readonly ImageVerifier[] = [
  { verifier: 'Connaisseur', services: ['connaisseur-svc'] },
  { verifier: 'Portieris (IBM Cloud)', services: ['portieris'] },
  { verifier: 'Binary Authorization (Google Distributed Cloud)', services: ['binauthz*'] },
  { verifier: 'kritis-validation-hook (Alibaba Cloud)', services: ['kritis-validation-hook'] },
  { verifier: 'Warden (SAP Kyma)', services: ['warden-admission'] },
];
