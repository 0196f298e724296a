/** The path of a line through the counts, from the lower edge (none) to the upper (most), with a pixel left at each. */
export function sparklinePath(counts: readonly number[], width: number, height: number): string {
  const most = Math.max(1, ...counts);
  const step = width / Math.max(1, counts.length - 1);
  return counts
    .map((count, index) => {
      const y = height - 1 - (count / most) * (height - 2);
      return `${index === 0 ? 'M' : 'L'}${round(index * step)} ${round(y)}`;
    })
    .join('');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
