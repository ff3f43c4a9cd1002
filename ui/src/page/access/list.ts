// A list from the server, loaded when it is first shown and again after each change.
import { useEffect, useState } from 'preact/hooks';
import { problemText } from '../words';

export function useList<T>(fetch: () => Promise<T[]>) {
  const [list, setList] = useState<T[] | null>(null); // null: not loaded yet
  const [error, setError] = useState('');
  const load = async (): Promise<void> => {
    try {
      setList(await fetch());
      setError('');
    } catch (problem) {
      setError(problemText(problem));
    }
  };
  useEffect(() => void load(), []);
  return { list, error, load };
}
