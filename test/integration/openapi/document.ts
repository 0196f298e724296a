import Fastify, { type FastifyInstance } from 'fastify';

export interface Schema {
  readonly [keyword: string]: unknown;
}

export interface OpenApiResponse {
  readonly $ref?: string;
  readonly description?: string;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>;
}

export interface OpenApiOperation {
  readonly operationId: string;
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly object[];
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly schema?: Schema;
  }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<Record<string, OpenApiResponse>>;
}

export interface OpenApiDocument {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string };
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly responses: Readonly<Record<string, OpenApiResponse>>;
    readonly headers: Readonly<Record<string, unknown>>;
    readonly securitySchemes: Readonly<Record<string, unknown>>;
  };
}

export interface DocumentedOperation {
  readonly method: string;
  readonly path: string;
  readonly operation: OpenApiOperation;
}

/** Every operation of a document. */
export function operationsOf(document: OpenApiDocument): readonly DocumentedOperation[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
}

/** What a local `$ref` points to, itself followed; undefined where it points to nothing. */
export function resolve<T>(document: OpenApiDocument, value: T): T | undefined {
  const { $ref } = value as { readonly $ref?: string };
  if ($ref === undefined) return value;
  const target = $ref
    .replace(/^#\//, '')
    .split('/')
    .reduce<unknown>((node, key) => (node as Readonly<Record<string, unknown>> | undefined)?.[key], document);
  return target === undefined ? undefined : resolve(document, target as T);
}

/** Codes an error response is narrowed to. */
export function codesOf(response: OpenApiResponse): readonly string[] {
  const { allOf = [] } = (response.content?.['application/json']?.schema ?? {}) as {
    readonly allOf?: readonly { properties?: { error?: { properties?: { code?: { enum?: readonly string[] } } } } }[];
  };
  return allOf.flatMap(({ properties }) => properties?.error?.properties?.code?.enum ?? []);
}

/** Judges bodies by the schemas of a document, with the validator that Fastify brings. */
export class BodyJudge {
  private constructor(
    private readonly document: OpenApiDocument,
    private readonly fastify: FastifyInstance,
    private readonly compile: (schema: object) => { (body: unknown): boolean; errors?: unknown },
  ) {}

  static async of(document: OpenApiDocument): Promise<BodyJudge> {
    const fastify = Fastify({
      ajv: {
        customOptions: {
          coerceTypes: false,
          removeAdditional: false,
          useDefaults: false,
          allErrors: true,
          strict: false,
        },
      },
    });
    const { promise, resolve: found } = Promise.withResolvers<(schema: object) => never>();
    fastify.get('/', (request, reply) => {
      found((schema) => request.compileValidationSchema(schema) as never);
      return reply.send('');
    });
    await fastify.inject('/');
    return new BodyJudge(document, fastify, await promise);
  }

  async close(): Promise<void> {
    await this.fastify.close();
  }

  /** What is wrong with an answer by the document; an empty list if nothing is. */
  problems({ operation }: DocumentedOperation, status: number, body: unknown): readonly string[] {
    const declared = operation.responses[status] ?? operation.responses['default'];
    const response = declared === undefined ? undefined : resolve(this.document, declared);
    if (response === undefined) return [`status ${status} is not documented`];
    const schema = response.content?.['application/json']?.schema;
    if (schema === undefined) return body === undefined ? [] : [`status ${status} has no body by the document`];
    return this.schemaProblems(schema, body, status < 400);
  }

  /** @param closed - fields that the schema does not know are wrong as well */
  schemaProblems(schema: Schema, body: unknown, closed: boolean): readonly string[] {
    const components = closed ? closedSchema(this.document.components) : this.document.components;
    const validate = this.compile({ ...schema, components });
    return validate(body) ? [] : [JSON.stringify(validate.errors)];
  }
}

/** The same schemas, refusing every property they do not name. */
function closedSchema(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(closedSchema);
  if (typeof node !== 'object' || node === null) return node;
  const copy = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, closedSchema(value)]));
  const open = 'properties' in copy && copy['type'] === 'object' && !('additionalProperties' in copy);
  return open ? { ...copy, additionalProperties: false } : copy;
}
