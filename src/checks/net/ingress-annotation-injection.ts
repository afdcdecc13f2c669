import { INGRESS_CONTROLLERS, type IngressController } from '#facts/ingress-controllers.ts';
import { controllersOf } from '#analysis/exposure/ingresses.ts';
import { defineCheck, type Manifest } from '#model/check.ts';
import { ingressClassesOf } from '#relations/ingresses.ts';
import { anIngress } from '../samples.ts';

const SNIPPET =
  /^(nginx\.ingress\.kubernetes\.io\/[a-z-]*-snippet|nginx\.(org|com)\/[a-z-]*-snippets|haproxy(-ingress\.github\.io|\.org)\/[a-z-]*config-[a-z-]*(snippet|backend|frontend|global)?)$/;
/** What a snippet has no business with: code, files, the pod itself, its account. */
const EVIL = /(?<![a-z])lua|\balias\b|proxy_pass\s+https?:\/\/(127\.|localhost)|serviceaccount/i;

const URL_VALUE = /^(?:[A-Za-z0-9._~:/?@!$&()*+,=[\]-]|%[0-9A-Fa-f]{2})*$/;
/** The values that fit an annotation of ingress-nginx, by the end of its key (`ingressValues`). */
const VALUES: Readonly<Record<string, RegExp>> = {
  'auth-url': URL_VALUE,
  'auth-signin': URL_VALUE,
  'mirror-target': URL_VALUE,
  'mirror-host': URL_VALUE,
  'rewrite-target': URL_VALUE,
  'permanent-redirect': URL_VALUE,
  'temporal-redirect': URL_VALUE,
  'proxy-redirect-from': URL_VALUE,
  'proxy-redirect-to': URL_VALUE,
  'auth-tls-match-cn': /^CN=[A-Za-z0-9._~:/,=()|^$?+*@ \\[\]-]*$/,
  'auth-method': /^[A-Z]+$/,
  'auth-secret-namespace': /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/,
};

export const ingressAnnotationInjection = defineCheck({
  id: 'KP-NET-012',
  name: 'ingress-annotation-injection',
  title: 'Ingress annotation can inject proxy configuration',
  severity: 'high',
  why: 'What stands in these annotations becomes configuration of a proxy that serves every namespace and may read every Secret: whoever writes an Ingress commands it.',
  fix: 'Remove the annotation, set `allow-snippet-annotations: false` and `annotations-risk-level` below Critical, and leave the retired controller.',
  refs: ['OWASP2022:K07', 'OWASP2022:K10', 'OWASP2025:K05', 'OWASP2025:K07', 'NSA:N10', 'MITRE:T1190', 'MITRE:T1059'],
  aspects: { snippet: 'an annotation holds raw configuration', payload: 'a value holds what does not belong there' },
  subject: 'Ingress',
  inputs: { classes: ingressClassesOf },

  *evaluate(ingress, { classes }) {
    const { metadata } = ingress;
    const meant = controllersOf(ingress, classes);
    for (const [key, value] of Object.entries(metadata.annotations)) {
      if (meant.length > 0 && !isRead(key, meant)) continue;
      const at = `metadata.annotations['${key}']`;
      const isSnippet = SNIPPET.test(key);
      if (isSnippet) yield { at, aspect: 'snippet', message: `${key} is raw configuration of the proxy` };
      if (isSnippet ? EVIL.test(value) : !fits(key, value))
        yield { at, aspect: 'payload', severity: 'critical', message: `the value of ${key} reaches beyond its place` };
    }
  },

  examples: () => ({
    bad: [
      {
        name: 'a snippet',
        subject: annotated('configuration-snippet', 'more_set_headers "A: b";'),
        finds: [{ at: at('configuration-snippet'), aspect: 'snippet' }],
      },
      {
        name: 'a snippet that runs code',
        subject: annotated('server-snippet', 'content_by_lua_block { os.execute("id") }'),
        finds: [
          { at: at('server-snippet'), aspect: 'snippet' },
          { at: at('server-snippet'), aspect: 'payload', severity: 'critical' },
        ],
      },
      {
        name: 'a value that ends its directive',
        subject: annotated('auth-url', 'https://a.example/#;}'),
        finds: [{ at: at('auth-url'), aspect: 'payload', severity: 'critical' }],
      },
    ],
    good: [
      { name: 'a plain address', subject: annotated('auth-url', 'https://a.example/auth?rd=$scheme://$host') },
      { name: 'no annotation', subject: anIngress() },
      {
        name: 'a snippet that the controller of the class does not read',
        subject: {
          ...annotated('configuration-snippet', 'x'),
          spec: { ...(anIngress()['spec'] as object), ingressClassName: 'edge' },
        },
        world: [
          {
            apiVersion: 'networking.k8s.io/v1',
            kind: 'IngressClass',
            metadata: { name: 'edge' },
            spec: { controller: 'traefik.io/ingress-controller' },
          },
        ],
      },
    ],
  }),
});

function isRead(key: string, controllers: readonly IngressController[]): boolean {
  const prefix = key.slice(0, key.indexOf('/'));
  const isKnown = INGRESS_CONTROLLERS.some(({ annotations }) => annotations.includes(prefix));
  return !isKnown || controllers.some(({ annotations }) => annotations.includes(prefix));
}

function fits(key: string, value: string): boolean {
  if (!key.startsWith('nginx.ingress.kubernetes.io/')) return true;
  return VALUES[key.slice(key.indexOf('/') + 1)]?.test(value) ?? true;
}

function at(name: string): string {
  return `metadata.annotations['nginx.ingress.kubernetes.io/${name}']`;
}

function annotated(name: string, value: string): Manifest {
  const annotations = { [`nginx.ingress.kubernetes.io/${name}`]: value };
  return { ...anIngress(), metadata: { name: 'web', namespace: 'shop', annotations } };
}
