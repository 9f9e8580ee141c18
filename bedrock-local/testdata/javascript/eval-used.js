export function calculate(formula) {
  return eval(formula);
}
