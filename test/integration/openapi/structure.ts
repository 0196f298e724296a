import { type DocumentedOperation, type OpenApiDocument, operationsOf, resolve, type Schema } from './document.js';

const TYPES = new Set(['object', 'array', 'string', 'number', 'integer', 'boolean', 'null']);

/** Every way in which a document is not OpenAPI 3.1, as far as clients made from it would notice. */
export function structuralProblems(document: OpenApiDocument): readonly string[] {
  const operations = operationsOf(document);
  return [
    ...(/^3\.1\.\d+$/.test(document.openapi) ? [] : [`version ${document.openapi}`]),
    ...(document.info.title !== '' && document.info.version !== '' ? [] : ['no title or version']),
    ...danglingReferences(document),
    ...repeated(operations.map(({ operation }) => operation.operationId)).map((id) => `operationId ${id} twice`),
    ...operations.flatMap((documented) =>
      operationProblems(document, documented).map((problem) => `${documented.method} ${documented.path}: ${problem}`),
    ),
    ...Object.entries(document.components.schemas).flatMap(([name, schema]) =>
      schemaProblems(schema).map((problem) => `${name}: ${problem}`),
    ),
  ];
}

function operationProblems(document: OpenApiDocument, { path, operation }: DocumentedOperation): readonly string[] {
  const { parameters = [], responses, security = [], tags = [] } = operation;
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '').sort();
  const declared = parameters.filter((parameter) => parameter.in === 'path');
  const known = new Set(document.tags.map(({ name }) => name));
  const names = parameters.map((parameter) => `${parameter.in} ${parameter.name.toLowerCase()}`);
  const schemas = [
    ...parameters.map(({ schema }) => schema),
    ...Object.values(operation.requestBody?.content ?? {}).map(({ schema }) => schema),
    ...Object.values(responses).flatMap(({ content = {} }) => Object.values(content).map(({ schema }) => schema)),
  ];
  const schemes = security.flatMap((requirement) => Object.keys(requirement));
  const found: readonly (readonly [boolean, string])[] = [
    [operation.operationId === '', 'no operationId'],
    [(operation.summary ?? '') === '', 'no summary'],
    [tags.length !== 1 || !tags.every((tag) => known.has(tag)), `tags ${tags.join()}`],
    [
      inPath.join() !==
        declared
          .map(({ name }) => name)
          .sort()
          .join(),
      'parameters that are not those of the path',
    ],
    [declared.some(({ required }) => required !== true), 'an optional path parameter'],
    [repeated(names).length > 0, `parameters twice: ${repeated(names).join()}`],
    [!Object.keys(responses).some((status) => /^[23]/.test(status)), 'no success'],
    [Object.values(responses).some((it) => (resolve(document, it)?.description ?? '') === ''), 'an undescribed answer'],
    [schemes.some((name) => !(name in document.components.securitySchemes)), `security ${schemes.join()}`],
    [schemas.includes(undefined), 'no schema'],
  ];
  return [
    ...found.flatMap(([wrong, problem]) => (wrong ? [problem] : [])),
    ...schemas.flatMap((schema) => (schema === undefined ? [] : schemaProblems(schema))),
  ];
}

/** OpenAPI 3.1 schemas are JSON Schema; keywords of 3.0 would be ignored without a word. */
function schemaProblems(node: unknown): readonly string[] {
  if (Array.isArray(node)) return node.flatMap(schemaProblems);
  if (typeof node !== 'object' || node === null) return [];
  const {
    type,
    required = [],
    properties = {},
    ...rest
  } = node as Schema & {
    readonly type?: string | readonly string[];
    readonly required?: readonly string[];
    readonly properties?: Readonly<Record<string, unknown>>;
  };
  const { default: _default, example: _example, enum: _enum, ...keywords } = rest;
  return [
    ...('nullable' in node ? ['nullable'] : []),
    ...[type ?? []].flat().flatMap((name) => (TYPES.has(name) ? [] : [`type ${name}`])),
    ...(type === 'array' && !('items' in node) ? ['an array of anything'] : []),
    ...required.flatMap((name) => (name in properties ? [] : [`${name} is required and not described`])),
    ...Object.values(properties).flatMap(schemaProblems),
    ...Object.values(keywords).flatMap(schemaProblems),
  ];
}

function danglingReferences(document: OpenApiDocument): readonly string[] {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, $ref]) => $ref ?? '');
  return [...new Set(references)].filter(($ref) => !$ref.startsWith('#/') || resolve(document, { $ref }) === undefined);
}

function repeated(values: readonly string[]): readonly string[] {
  return values.filter((value, index) => values.indexOf(value) !== index);
}
