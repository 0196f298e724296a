import type { Type } from '@nestjs/common';
import type { ApiPropertyOptions } from '@nestjs/swagger';
import type { DocumentationLibraries } from './documentation.js';

type FieldSchema = Readonly<Record<string, unknown>>;

interface RulesAsSchema {
  readonly properties?: Readonly<Record<string, FieldSchema>>;
  readonly required?: readonly string[];
}

/** Where `nestjs/swagger` keeps what a property was decorated with. */
const PROPERTY_METADATA = 'swagger/apiModelProperties';

/**
 * Rules that say nothing a schema can: that a value is there is said by `required`, and what our own rules check, or those of a
 * nested class, by `@Field`.
 */
const CONVERTERS = { isDefined: {}, customValidation: {}, nestedValidation: {} };

/**
 * Documents a request class by the rules that validate it, so that document and validation cannot drift apart. What a field
 * says about itself with `@Field` is kept, and completes or replaces what its rules say.
 */
export function documentValidatedFields(type: Type, { swagger, validation }: DocumentationLibraries): void {
  const schema: unknown = validation.targetConstructorToSchema(type, { additionalConverters: CONVERTERS });
  const { properties = {}, required = [] } = schema as RulesAsSchema;
  const defaults: Readonly<Record<string, unknown>> = { ...new type() };
  for (const [name, rules] of Object.entries(properties)) {
    const said = (Reflect.getMetadata(PROPERTY_METADATA, type.prototype as object, name) ?? {}) as FieldSchema;
    const fallback = defaults[name];
    const field = {
      ...rules,
      ...said,
      type: rules['type'] ?? said['type'],
      required: required.includes(name) && fallback === undefined,
      ...(fallback === undefined ? {} : { default: fallback }),
    };
    swagger.ApiProperty(field as ApiPropertyOptions)(type.prototype as object, name);
  }
}
