/** The form of a submission: a small picture, so that a render takes seconds. */
export function submissionForm(paymentId: string, audio: Uint8Array<ArrayBuffer>, config: object = {}): FormData {
  const form = new FormData();
  form.set('payment_id', paymentId);
  form.set('render_config', JSON.stringify({ visualization: 'bars', resolution: '854x480', fps: 15, ...config }));
  form.set('audio_file', new Blob([audio]), 'track.wav');
  return form;
}
