import { readFileSync } from 'node:fs';

export interface KubeconfigFacts {
  readonly url: string;
  /** PEM of whoever signed the server's certificate. */
  readonly authority: string;
  readonly token: string;
  readonly user?: string;
}

/** A kubeconfig with one context, as text. */
export function kubeconfigText({ url, authority, token, user = 'user' }: KubeconfigFacts): string {
  const data = Buffer.from(authority).toString('base64');
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    contexts: [{ name: 'test', context: { cluster: 'test', user } }],
    clusters: [{ name: 'test', cluster: { server: url, 'certificate-authority-data': data } }],
    users: [{ name: user, user: { token } }],
  });
}

/** What stands in a kubeconfig of ours. */
export function readKubeconfig(path: string): Required<KubeconfigFacts> {
  const { clusters, users } = JSON.parse(readFileSync(path, 'utf8')) as {
    readonly clusters: readonly [{ readonly cluster: Readonly<Record<string, string>> }];
    readonly users: readonly [{ readonly name: string; readonly user: { readonly token: string } }];
  };
  const { server = '', 'certificate-authority-data': data = '' } = clusters[0].cluster;
  const { name, user } = users[0];
  return { url: server, authority: Buffer.from(data, 'base64').toString(), token: user.token, user: name };
}
