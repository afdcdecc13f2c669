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
