/** One write as HTTP. */
import { isRaw, type Raw } from './codec.ts';
import { ApiError } from './errors.ts';
import type { Outcome } from './outcome.ts';
import { metadataAccept, resourceName, resourcePath, type Resource } from './resource.ts';
import type { Transport } from './transport.ts';

export const FIELD_MANAGER = 'kubeposture';

export interface WriteRequest {
  /** `apply` is server-side apply with force; `patch` a JSON merge patch; `…Status` go to the status subresource. */
  readonly method: 'apply' | 'applyStatus' | 'create' | 'patch' | 'patchStatus' | 'delete';
  readonly resource: Pick<Resource, 'group' | 'version' | 'plural'>;
  readonly namespace?: string;
  readonly name: string;
  /** The object, or the patch; none for `delete`. */
  readonly body?: Readonly<Record<string, unknown>>;
  /** `delete` only the object with this UID. */
  readonly uid?: string;
}

interface How {
  /** Throws NotAllowed when the request must not be sent now. */
  readonly gate: () => void;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

/** The fence is shut: nothing was sent. */
export class NotAllowed extends Error {
  override readonly name = 'NotAllowed';
}

interface Form {
  readonly verb: string;
  readonly http: string;
  readonly contentType: string;
  readonly query: Readonly<Record<string, string>>;
}

const APPLY: Form = {
  verb: 'apply',
  http: 'PATCH',
  contentType: 'application/apply-patch+yaml',
  query: { fieldManager: FIELD_MANAGER, force: 'true' },
};
const MERGE: Form = {
  verb: 'patch',
  http: 'PATCH',
  contentType: 'application/merge-patch+json',
  query: { fieldManager: FIELD_MANAGER },
};
const FORMS: Readonly<Record<WriteRequest['method'], Form>> = {
  apply: APPLY,
  applyStatus: APPLY,
  create: { verb: 'create', http: 'POST', contentType: 'application/json', query: { fieldManager: FIELD_MANAGER } },
  patch: MERGE,
  patchStatus: MERGE,
  delete: { verb: 'delete', http: 'DELETE', contentType: 'application/json', query: {} },
};

function bodyOf({ method, body, uid }: WriteRequest): unknown {
  if (method !== 'delete') return body;
  return {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    propagationPolicy: 'Background',
    ...(uid === undefined ? {} : { preconditions: { uid } }),
  };
}

function written(body: unknown): Outcome {
  const metadata: Raw = isRaw(body) && isRaw(body['metadata']) ? body['metadata'] : {};
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  const { uid, resourceVersion, generation } = metadata;
  return {
    status: 'written',
    uid: text(uid),
    resourceVersion: text(resourceVersion),
    generation: typeof generation === 'number' ? generation : 0,
  };
}

/** A delete has its end when the object is not there, or is another one by now. */
function deleteIsDone({ method }: WriteRequest, error: unknown): boolean {
  if (method !== 'delete' || !(error instanceof ApiError)) return false;
  return error.code === 404 || (error.code === 409 && /precondition/i.test(error.message));
}

/** Sends one write and asks for metadata only in return. Rejects with ApiError, NetworkError, or what the gate throws. */
export async function sendWrite(transport: Transport, request: WriteRequest, how: How): Promise<Outcome> {
  const { method, resource, namespace, name } = request;
  const form = FORMS[method];
  try {
    const { body } = await transport.request({
      verb: form.verb,
      resource: resourceName(resource),
      method: form.http,
      path: resourcePath(resource, {
        namespace,
        name: method === 'create' ? undefined : name,
        subresource: method.endsWith('Status') ? 'status' : undefined,
      }),
      query: form.query,
      accept: metadataAccept('PartialObjectMetadata'),
      contentType: form.contentType,
      body: bodyOf(request),
      pool: 'write',
      ...how,
    });
    return written(body);
  } catch (error) {
    if (deleteIsDone(request, error)) return written(undefined);
    throw error;
  }
}
