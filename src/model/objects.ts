import {
  admissionPolicy,
  admissionPolicyBinding,
  clusterImagePolicy,
  constraint,
  imageValidatingPolicy,
  kubewardenPolicy,
  kyvernoPolicy,
  webhookConfiguration,
} from './admission.ts';
import { limitRange, resourceQuota } from './amount.ts';
import { certificateSigningRequest } from './certificate-request.ts';
import { exception } from './exception.ts';
import type { Kind } from './kinds.ts';
import { cronJob, persistentVolume, persistentVolumeClaim, pod, serviceAccount, workload } from './pod.ts';
import {
  apiResource,
  clusterPolicy,
  clusterRole,
  configMap,
  counted,
  foreignPolicy,
  namespace,
  networkPolicy,
  node,
  role,
  roleBinding,
  secret,
} from './policy.ts';
import {
  endpointSlice,
  gateway,
  ingress,
  ingressClass,
  peerAuthentication,
  referenceGrant,
  route,
  service,
} from './routing.ts';
import { metadata, type Metadata } from './metadata.ts';
import { exposedSecretReport, sbomReport, vulnerabilityManifestSummary, vulnerabilityReport } from './scan-reports.ts';
import { struct, type Reader, type Shaped } from './shape.ts';

/** What we keep of each kind: the one description from which its type and its reader come. */
export const SHAPES = {
  Namespace: namespace,
  ApiResource: apiResource,
  Node: node,
  LimitRange: limitRange,
  ResourceQuota: resourceQuota,
  SecurityException: exception,
  ClusterSecurityException: exception,
  ServiceAccount: serviceAccount,
  ClusterRole: clusterRole,
  ClusterRoleBinding: roleBinding,
  Role: role,
  RoleBinding: roleBinding,
  NetworkPolicy: networkPolicy,
  Service: service,
  EndpointSlice: endpointSlice,
  IngressClass: ingressClass,
  Ingress: ingress,
  AdminNetworkPolicy: clusterPolicy,
  BaselineAdminNetworkPolicy: clusterPolicy,
  ClusterNetworkPolicy: clusterPolicy,
  Gateway: gateway,
  HTTPRoute: route,
  GRPCRoute: route,
  TLSRoute: route,
  TCPRoute: route,
  UDPRoute: route,
  ReferenceGrant: referenceGrant,
  CiliumNetworkPolicy: foreignPolicy,
  CiliumClusterwideNetworkPolicy: foreignPolicy,
  CalicoNetworkPolicy: foreignPolicy,
  CalicoGlobalNetworkPolicy: foreignPolicy,
  ValidatingWebhookConfiguration: webhookConfiguration,
  MutatingWebhookConfiguration: webhookConfiguration,
  ValidatingAdmissionPolicy: admissionPolicy,
  ValidatingAdmissionPolicyBinding: admissionPolicyBinding,
  K8sPSPPrivilegedContainer: constraint,
  KyvernoClusterPolicy: kyvernoPolicy,
  KyvernoPolicy: kyvernoPolicy,
  ImageValidatingPolicy: imageValidatingPolicy,
  NamespacedImageValidatingPolicy: imageValidatingPolicy,
  ClusterImagePolicy: clusterImagePolicy,
  RatifyVerification: constraint,
  ClusterAdmissionPolicy: kubewardenPolicy,
  AdmissionPolicy: kubewardenPolicy,
  CertificateSigningRequest: certificateSigningRequest,
  PeerAuthentication: peerAuthentication,
  PersistentVolume: persistentVolume,
  PersistentVolumeClaim: persistentVolumeClaim,
  ConfigMap: configMap,
  Secret: secret,
  Deployment: workload,
  StatefulSet: workload,
  DaemonSet: workload,
  DeploymentConfig: workload,
  CronJob: cronJob,
  Job: workload,
  ReplicationController: workload,
  ReplicaSet: workload,
  Pod: pod,
  PodTemplate: counted,
  Endpoints: counted,
  HorizontalPodAutoscaler: counted,
  PodDisruptionBudget: counted,
  Lease: counted,
  CSIStorageCapacity: counted,
  VulnerabilityReport: vulnerabilityReport,
  ExposedSecretReport: exposedSecretReport,
  SbomReport: sbomReport,
  VulnerabilityManifestSummary: vulnerabilityManifestSummary,
  Cluster: struct({ metadata }),
} as const satisfies Readonly<Record<Kind, Reader<unknown>>>;

/** An object as we hold it: the kind's shape, with its kind written on it and with metadata always there. */
export type ObjectOf<K extends Kind> = {
  [Q in K]: Readonly<Omit<Shaped<(typeof SHAPES)[Q]>, 'metadata'>> & {
    readonly kind: Q;
    readonly metadata: Metadata;
    /** Where it is not that of our table: a version that the server of another age has (`also`). */
    readonly apiVersion?: string;
    /** Fields that could not be read, as `path: expected x, found y`. Never a pass while there is one. */
    readonly malformed?: readonly string[];
    /** Nobody stated it: in files the Namespace of every object counts as there (docs/cli.md). */
    readonly assumed?: true;
    /** Set for a manifest that states no namespace, as static pod files of the control plane often do. */
    readonly statesNoNamespace?: true;
  };
}[K];

export type AnyObject = ObjectOf<Kind>;
export type Pod = ObjectOf<'Pod'>;
