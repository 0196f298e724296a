import fc from 'fast-check';
import { ValidationError } from '../../platform/errors/index.js';
import { readRenderConfig } from './render-config-field.js';

const GIVEN = {
  visualization: 'circular',
  resolution: '1080x1080',
  fps: 60,
  color: '#FF0000',
  background_color: '#00ff00',
  title: 'Äöü 🎵',
};

describe('readRenderConfig', () => {
  it('reads a complete choice, as text or as an object', async () => {
    await expect(readRenderConfig(JSON.stringify(GIVEN))).resolves.toEqual(GIVEN);
    await expect(readRenderConfig(GIVEN)).resolves.toEqual(GIVEN);
  });

  it('fills in what may be left out', async () => {
    await expect(readRenderConfig({ visualization: 'bars', resolution: '1280x720', title: null })).resolves.toEqual({
      visualization: 'bars',
      resolution: '1280x720',
      fps: 30,
      color: '#7c5cff',
      background_color: '#0b0d17',
      title: null,
    });
  });

  it.each([
    ['{"visualization":', 'render_config', 'isJson'],
    [undefined, 'render_config', 'isDefined'],
    ['', 'render_config', 'isDefined'],
    ['null', 'render_config', 'isDefined'],
    ['[]', 'render_config', 'isObject'],
    ['"bars"', 'render_config', 'isObject'],
    [{ ...GIVEN, fps: 14 }, 'render_config.fps', 'min'],
    [{ ...GIVEN, fps: 61 }, 'render_config.fps', 'max'],
    [{ ...GIVEN, fps: '30' }, 'render_config.fps', 'isInt'],
    [{ ...GIVEN, fps: 29.97 }, 'render_config.fps', 'isInt'],
    [{ ...GIVEN, visualization: 'fire' }, 'render_config.visualization', 'isIn'],
    [{ ...GIVEN, resolution: '7680x4320' }, 'render_config.resolution', 'isIn'],
    [{ ...GIVEN, color: 'red' }, 'render_config.color', 'matches'],
    [{ ...GIVEN, color: ['#ff0000'] }, 'render_config.color', 'matches'],
    [{ ...GIVEN, background_color: '#12345678' }, 'render_config.background_color', 'matches'],
    [{ ...GIVEN, title: 'x'.repeat(81) }, 'render_config.title', 'maxCharacters'],
    [{ ...GIVEN, title: 7 }, 'render_config.title', 'isString'],
    [{ ...GIVEN, price: 0 }, 'render_config.price', 'whitelistValidation'],
  ])('refuses %j naming %s', async (value, field, constraint) => {
    const error: unknown = await readRenderConfig(value).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ValidationError);
    expect((error as ValidationError).details['fields']).toContainEqual(expect.objectContaining({ field, constraint }));
  });

  it('is not misled by a prototype in the text', async () => {
    const text = '{"__proto__":{"fps":60},"visualization":"bars","resolution":"1280x720"}';
    await expect(readRenderConfig(text)).resolves.toMatchObject({ fps: 30 });
  });

  it('names every field that does not fit', async () => {
    const error: unknown = await readRenderConfig({ fps: 1, color: 'x' }).catch((reason: unknown) => reason);
    const fields = (error as ValidationError).details['fields'] as { readonly field: string }[];
    expect(new Set(fields.map(({ field }) => field))).toEqual(
      new Set(['render_config.visualization', 'render_config.resolution', 'render_config.fps', 'render_config.color']),
    );
  });

  it('counts an emoji of the title as one character', async () => {
    await expect(readRenderConfig({ ...GIVEN, title: '🎵'.repeat(80) })).resolves.toMatchObject({
      title: '🎵'.repeat(80),
    });
  });

  it('keeps of any title only what the database can hold', async () => {
    await expect(readRenderConfig({ ...GIVEN, title: 'a\u0000b\nc\ud800' })).resolves.toMatchObject({
      title: 'a b c\ufffd',
    });
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 40 }), async (title) => {
        const { title: kept } = await readRenderConfig({ ...GIVEN, title });
        expect(kept === null || (kept.isWellFormed() && !/\p{Cc}/u.test(kept))).toBe(true);
      }),
    );
  });
});
