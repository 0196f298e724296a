import { attachment } from './content-disposition.js';

describe('attachment', () => {
  it('leaves a plain name as it is', () => {
    expect(attachment('track.mp4')).toBe(`attachment; filename="track.mp4"; filename*=UTF-8''track.mp4`);
  });

  it.each(['a"b.mp4', 'a\r\nSet-Cookie: x=1.mp4', '../../etc/passwd', 'Lied ♥ (1).mp4', 'half \ud800.mp4', 'a%20b'])(
    'makes %j harmless in a header',
    (name) => {
      const header = attachment(name);
      expect(header).toMatch(/^attachment; filename="[\x20-\x21\x23-\x7e]*"; filename\*=UTF-8''[\w.!~%-]*$/);
      expect(header).not.toContain('/');
    },
  );
});
