/** What turns notes into OpenAPI. Loading these takes over 100 ms and 5 MB, which no request but one for the document needs. */
export interface DocumentationLibraries {
  readonly swagger: typeof import('@nestjs/swagger');
  readonly validation: typeof import('class-validator-jsonschema');
}

type Note = (libraries: DocumentationLibraries) => void;

const notes: Note[] = [];

/** Keeps what a decorator has to say about a route or a field until somebody asks for the document. */
export function noteForDocument(note: Note): void {
  notes.push(note);
}

/** Says everything noted so far; each note once, however many documents are made in a process. */
export function applyNotes(libraries: DocumentationLibraries): void {
  for (const note of notes.splice(0)) note(libraries);
}
