package interpreter

import "github.com/partitur/partitur/dsl"

func breakLoop(b *dsl.Break) error { return &exit{kind: exitBreak, loop: b.Loop} }
