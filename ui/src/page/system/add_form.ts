// The logic of the form for a network camera.
import { LiveError } from '../../live/live';
import { problemText, sentence } from '../words';

export type Field = 'url' | 'name' | 'id';

export interface Complaint {
  field: Field | null; // null: not about one field
  message: string;
}

// Adds http:// if it was left out.
export function urlOf(typed: string): string {
  const text = typed.trim();
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
}

// At which field the server's error is shown, judging by its sentence.
export function complaintOf(problem: unknown): Complaint {
  const code = problem instanceof LiveError ? problem.code : '';
  if (code === 'exists') return { field: 'id', message: problemText(problem) };
  const message = problem instanceof Error ? sentence(problem.message) : String(problem);
  if (code === 'failed' || code === 'timeout') return { field: 'url', message };
  if (!code.startsWith('invalid')) return { field: null, message: problemText(problem) };
  const field = /\bname\b/i.test(message) ? 'name' : /\bid\b/i.test(message) ? 'id' : 'url';
  return { field, message };
}
