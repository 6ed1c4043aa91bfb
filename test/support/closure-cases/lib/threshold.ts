export let threshold = 1;

export function setThreshold(value: number): void {
  threshold = value;
}
