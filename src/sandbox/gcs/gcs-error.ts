/** A request that Cloud Storage would refuse (cloud.google.com/storage/docs/json_api/v1/status-codes). */
export class GcsRefusal extends Error {
  override readonly name = 'GcsRefusal';

  constructor(
    readonly status: number,
    readonly reason: string,
    message: string,
    private readonly location: { readonly locationType: string; readonly location: string } | null = null,
  ) {
    super(message);
  }

  /** The JSON API's error body. */
  toBody(): unknown {
    return {
      error: {
        code: this.status,
        message: this.message,
        errors: [{ message: this.message, domain: 'global', reason: this.reason, ...this.location }],
      },
    };
  }
}

export function noSuchObject(bucket: string, name: string): GcsRefusal {
  return new GcsRefusal(404, 'notFound', `No such object: ${bucket}/${name}`);
}

export function invalidRequest(message: string): GcsRefusal {
  return new GcsRefusal(400, 'invalid', message);
}

export function required(parameter: string): GcsRefusal {
  return new GcsRefusal(400, 'required', `Required parameter: ${parameter}`, {
    locationType: 'parameter',
    location: parameter,
  });
}

export function conditionNotMet(header: 'If-Match' | 'If-None-Match'): GcsRefusal {
  return new GcsRefusal(412, 'conditionNotMet', 'At least one of the pre-conditions you specified did not hold.', {
    locationType: 'header',
    location: header,
  });
}
