import { browserFrames, pathOf } from './browser-stack.js';

describe('browserFrames', () => {
  it('makes the same of the same defect in every browser and release', () => {
    const chrome = [
      "TypeError: Cannot read properties of undefined (reading 'id')",
      '    at renderJob (https://example.com/assets/index-Ab12Cd34.js:12:345)',
      '    at async https://example.com/assets/index-Ab12Cd34.js:1:2',
    ].join('\n');
    const firefox = [
      'renderJob@http://localhost:5173/assets/index-Zz98Yy76.js:12:345',
      '@http://localhost:5173/assets/index-Zz98Yy76.js:1:2',
    ].join('\n');
    const expected = ['    at renderJob (/assets/index.js:12:345)', '    at <anonymous> (/assets/index.js:1:2)'];
    expect(browserFrames(chrome)).toEqual(expected);
    expect(browserFrames(firefox)).toEqual(expected);
  });

  it('keeps the names of files that no build has made', () => {
    expect(browserFrames('f@https://example.com/shared-components.js:1:2')).toEqual([
      '    at f (/shared-components.js:1:2)',
    ]);
  });

  it('leaves out what is no frame, extensions, and what is too long', () => {
    const stack = [
      'Error: at nowhere:1:2',
      '    at f (chrome-extension://abc/content.js:1:2)',
      '    at <anonymous>',
      `f@https://example.com/${'a'.repeat(500)}.js:1:2`,
      `at ${'('.repeat(400)}`,
    ].join('\n');
    expect(browserFrames(stack)).toEqual([]);
  });

  it('takes 50 frames of an endless stack, in no time', () => {
    const stack = 'at f (https://example.com/a.js:1:2)\n'.repeat(100_000);
    expect(browserFrames(stack)).toHaveLength(50);
  });
});

describe('pathOf', () => {
  it('keeps neither query nor fragment nor origin', () => {
    expect(pathOf('https://example.com/jobs/7?token=secret#x')).toBe('/jobs/7');
    expect(pathOf('javascript:alert(1)')).toBeNull();
    expect(pathOf('https://')).toBeNull();
  });
});
