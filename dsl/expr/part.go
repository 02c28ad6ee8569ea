package expr

// Eval is the text that the part stands for.
func (p Part) Eval(vars map[string]any) (string, error) {
	if p.Expr == nil {
		return p.Text, nil
	}
	x, err := p.Expr.EvalRaw(vars)
	if err != nil {
		return "", err
	}
	return textOf(p.Expr, x)
}
