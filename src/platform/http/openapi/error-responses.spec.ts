import { errorResponses } from './error-responses.js';

describe('errorResponses', () => {
  it('gives one response for each status, in order, however often a code is named', () => {
    const responses = errorResponses(['JOB_NOT_FOUND', 'BAD_REQUEST', 'NOT_FOUND', 'JOB_NOT_FOUND']);
    expect(responses.map(({ status }) => status)).toEqual([400, 404]);
    expect(JSON.stringify(responses[1])).toContain('"enum":["JOB_NOT_FOUND","NOT_FOUND"]');
  });

  it('narrows the envelope to the codes and describes their details', () => {
    const [response] = errorResponses(['VALIDATION_ERROR']);
    expect(response).toMatchObject({
      status: 422,
      schema: {
        allOf: [
          { $ref: '#/components/schemas/ErrorEnvelope' },
          {
            properties: {
              error: {
                properties: {
                  code: { enum: ['VALIDATION_ERROR'] },
                  details: { properties: { fields: { items: { $ref: '#/components/schemas/FieldProblem' } } } },
                },
              },
            },
          },
        ],
      },
    });
  });
});
