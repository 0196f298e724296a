import { plainToInstance } from 'class-transformer';
import { validate, type ValidationError as Violation } from 'class-validator';
import { type FieldProblem, ValidationError } from '../../platform/errors/index.js';
import { type RenderConfig, RenderConfigDto } from '../dto/render-config.dto.js';

const FIELD = 'render_config';

/**
 * Reads the `render_config` part of a submission.
 *
 * @param value - JSON text, or what a part declared as JSON was parsed into
 * @throws ValidationError with every field that does not fit, named as on the wire
 */
export async function readRenderConfig(value: unknown): Promise<RenderConfig> {
  const plain = typeof value === 'string' ? parse(value) : value;
  if (plain === undefined || plain === null || plain === '') throw problem('render_config is required', 'isDefined');
  if (typeof plain !== 'object' || Array.isArray(plain))
    throw problem('render_config must be a JSON object', 'isObject');
  const given = Object.fromEntries(
    Object.entries(plain).filter(([, setting]) => setting !== null && setting !== undefined),
  );
  const dto = plainToInstance(RenderConfigDto, given, { exposeDefaultValues: true });
  const violations = await validate(dto, { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: true });
  if (violations.length > 0) throw new ValidationError({ fields: violations.flatMap(toProblems) });
  const { visualization, resolution, fps, color, background_color, title } = dto;
  return { visualization, resolution, fps, color, background_color, title };
}

function parse(text: string): unknown {
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ValidationError(
      { field: FIELD, message: 'render_config must be valid JSON', constraint: 'isJson' },
      { cause },
    );
  }
}

function problem(message: string, constraint: string): ValidationError {
  return new ValidationError({ field: FIELD, message, constraint });
}

function toProblems({ property, constraints }: Violation): FieldProblem[] {
  return Object.entries(constraints ?? {}).map(([constraint, message]) => ({
    field: `${FIELD}.${property.slice(0, 64)}`,
    message: message.slice(0, 200),
    constraint,
  }));
}
