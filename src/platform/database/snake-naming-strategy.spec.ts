import { SnakeNamingStrategy } from './snake-naming-strategy.js';

describe('SnakeNamingStrategy', () => {
  const names = new SnakeNamingStrategy();

  it.each([
    ['createdAt', 'created_at'],
    ['id', 'id'],
    ['sizeBytes', 'size_bytes'],
    ['crc32c', 'crc32c'],
    ['htmlURLText', 'html_url_text'],
  ])('names the column of %s %s', (property, column) => {
    expect(names.columnName(property, undefined, [])).toBe(column);
  });

  it('keeps names that were given', () => {
    expect(names.columnName('createdAt', 'made_on', [])).toBe('made_on');
    expect(names.tableName('RenderJob', 'jobs')).toBe('jobs');
  });

  it('prefixes the columns of embedded objects and of joins', () => {
    expect(names.columnName('sizeBytes', undefined, ['storedObject'])).toBe('stored_object_size_bytes');
    expect(names.joinColumnName('ownerUser', 'id')).toBe('owner_user_id');
  });
});
