/** Requests to a real API server, many at a time and as anybody. */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { json } from 'node:stream/consumers';
import type { ControlPlane } from './control-plane.ts';
import { readKubeconfig } from './kubeconfig.ts';

export interface Answer {
  readonly code: number;
  /** What the server said beside, as a header. */
  readonly warnings: string;
  readonly body: { readonly message?: string };
}

export type Post = (
  path: string,
  body: object,
  headers?: Readonly<Record<string, string | readonly string[]>>,
) => Promise<Answer>;

/** Requests under way at once, of which each is answered by the processor of this machine. */
export const POSTS_AT_ONCE = 8;

export type Send = (
  method: string,
  path: string,
  body: object | undefined,
  headers?: Parameters<Post>[2],
) => Promise<Answer>;

interface Poster {
  readonly post: Post;
  /** The same by another method. */
  readonly send: Send;
  readonly close: () => void;
}

/** Requests as the administrator over few connections that stay open. */
export function poster({ url, kubeconfig }: ControlPlane): Poster {
  const { authority, token } = readKubeconfig(kubeconfig);
  const agent = new Agent({ keepAlive: true, maxSockets: POSTS_AT_ONCE, ca: authority });
  const usual = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const send: Send = async (method, path, body, headers = {}) => {
    const asked = request(`${url}${path}`, { agent, method, headers: { ...usual, ...headers } });
    asked.end(body === undefined ? undefined : JSON.stringify(body));
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    return {
      code: response.statusCode ?? 0,
      warnings: response.headers.warning ?? '',
      body: (await json(response)) as Answer['body'],
    };
  };
  const post: Post = (...asked) => send('POST', ...asked);
  return { post, send, close: agent.destroy.bind(agent) };
}
