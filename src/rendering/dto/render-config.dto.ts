import { Transform } from 'class-transformer';
import { IsDefined, IsIn, IsInt, IsOptional, IsString, Matches, Max, Min, ValidateBy } from 'class-validator';
import { Field } from '../../platform/http/index.js';
import { type RenderLook, VISUALIZATIONS, type Visualization } from '../ports/renderer.port.js';

/** Widths × heights a video may have; each tier allows some of them. */
export const RESOLUTIONS = ['1920x1080', '1280x720', '854x480', '1080x1080', '1080x1920'] as const;

export type Resolution = (typeof RESOLUTIONS)[number];

const MAX_TITLE_CHARACTERS = 80;
const HEX_COLOR = /^#[0-9A-Fa-f]{6}$/;

/** The customer's choice as it is kept and shown: complete, in wire names. */
export interface RenderConfig {
  readonly visualization: Visualization;
  readonly resolution: Resolution;
  readonly fps: number;
  readonly color: string;
  readonly background_color: string;
  readonly title: string | null;
}

/**
 * Makes any string one that PostgreSQL's `jsonb` and a one-line title can hold: no NUL and no other control character,
 * no half of a surrogate pair. Everything else is the customer's business and is drawn as it is.
 */
function cleanTitle(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const cleaned = value
    .toWellFormed()
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .trim();
  return cleaned === '' ? null : cleaned;
}

function hasAtMostCharacters(max: number): PropertyDecorator {
  return ValidateBy(
    {
      name: 'maxCharacters',
      validator: {
        // Code points, not UTF-16 units: an emoji counts as one character.
        validate: (value: unknown): boolean =>
          typeof value === 'string' && value.length <= max * 2 && Array.from(value).length <= max,
      },
    },
    { message: `$property must have at most ${max} characters` },
  );
}

/** The `render_config` part of a submission. */
export class RenderConfigDto implements RenderConfig {
  @Field({ enumName: 'Visualization' })
  @IsDefined({ message: 'visualization is required' })
  @IsIn(VISUALIZATIONS)
  readonly visualization!: Visualization;

  @Field({ enumName: 'Resolution', description: 'One that the tier covers' })
  @IsDefined({ message: 'resolution is required' })
  @IsIn(RESOLUTIONS)
  readonly resolution!: Resolution;

  @IsInt()
  @Min(15)
  @Max(60)
  readonly fps: number = 30;

  @Matches(HEX_COLOR, { message: '$property must be a colour like #1e90ff' })
  readonly color: string = '#7c5cff';

  @Matches(HEX_COLOR, { message: '$property must be a colour like #1e90ff' })
  readonly background_color: string = '#0b0d17';

  @Field({ type: String, nullable: true, maxLength: MAX_TITLE_CHARACTERS, example: 'Night Drive' })
  @Transform(({ value }) => cleanTitle(value))
  @IsOptional()
  @IsString()
  @hasAtMostCharacters(MAX_TITLE_CHARACTERS)
  readonly title: string | null = null;
}

/** Width and height in pixels of a resolution. */
function pixelSize(resolution: Resolution): { readonly widthPx: number; readonly heightPx: number } {
  const [widthPx = 0, heightPx = 0] = resolution.split('x').map(Number);
  return { widthPx, heightPx };
}

/** The choice in the renderer's terms. */
export function toRenderLook(config: RenderConfig): RenderLook {
  return {
    visualization: config.visualization,
    ...pixelSize(config.resolution),
    fps: config.fps,
    color: config.color.toLowerCase(),
    backgroundColor: config.background_color.toLowerCase(),
    title: config.title,
  };
}

/**
 * Megapixels a video consists of: what a render costs is proportional to it, whatever the look.
 *
 * @param durationSeconds - length of the track
 */
export function workMegapixels(config: RenderConfig, durationSeconds: number): number {
  const { widthPx, heightPx } = pixelSize(config.resolution);
  return (widthPx * heightPx * config.fps * durationSeconds) / 1_000_000;
}
