def compute(formula)
  eval(formula)
end
