package main

import "context"

// chunk is the sum of some numbers, as sum_chunk says it.
type chunk struct {
	Sum   float64 `json:"sum"`
	Count int     `json:"count"`
}

func sumChunk(_ context.Context, in struct{ Numbers []float64 }) (c chunk, err error) {
	for _, n := range in.Numbers {
		c.Sum += n
		c.Count++
	}
	return c, nil
}

func average(_ context.Context, in struct{ Chunks []chunk }) (object, error) {
	var all chunk
	for _, c := range in.Chunks {
		all.Sum += c.Sum
		all.Count += c.Count
	}
	mean := 0.0
	if all.Count > 0 {
		mean = all.Sum / float64(all.Count)
	}
	return object{"total": all.Sum, "count": all.Count, "average": mean}, nil
}

func processPage(_ context.Context, in struct{ Limit int }) (object, error) {
	return object{"processed": in.Limit}, nil
}
