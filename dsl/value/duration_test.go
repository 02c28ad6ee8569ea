package value

import (
	"math"
	"strings"
	"testing"
	"time"
)

func TestParseDuration(t *testing.T) {
	const day = 24 * time.Hour
	for text, want := range map[string]time.Duration{
		"500ms": 500 * time.Millisecond, "30s": 30 * time.Second, "5m": 5 * time.Minute, "2h": 2 * time.Hour, "7d": 7 * day, "2w": 14 * day,
		"1h30m": 90 * time.Minute, "90s": 90 * time.Second, "1w2d3h4m5s6ms": 9*day + 3*time.Hour + 4*time.Minute + 5*time.Second + 6*time.Millisecond,
		"1.5h": 90 * time.Minute, "0.5s": 500 * time.Millisecond, "1h0.5m": time.Hour + 30*time.Second, "0.000001ms": 1, "0s": 0, "00s": 0, "0.10s": 100 * time.Millisecond,
		"106751d": 106751 * day, "9223372036854ms": 9223372036854 * time.Millisecond,
	} {
		if got, err := ParseDuration(text); err != nil || got != want {
			t.Errorf("ParseDuration(%q) = %v, %v; want %v", text, got, err, want)
		}
	}
}

func TestParseDurationErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                  "the duration is empty",
		"30":                `"30" is not a duration: the unit is missing, write 30s for seconds or 30m for minutes`,
		"1.5":               "write 1.5s for seconds or 1.5m for minutes",
		"-5m":               "it cannot be negative",
		"5 m":               "write 5m",
		"1h 30m":            "write 1h30m",
		"2 hours 5 minutes": "write 2h5m",
		"5 fortnights":      "it has spaces",
		"30 sec":            "write 30s",
		"30sec":             "write 30s",
		"5min":              "write 5m",
		"2hours":            "write 2h",
		"3Days":             "write 3d",
		"5M":                "write 5m",
		"2H":                "write 2h",
		"1y":                `"y" is not a unit, they are ms, s, m, h, d and w`,
		"3months":           `"months" is not a unit`,
		"10us":              `"us" is not a unit`,
		"30m1h":             "units go from the greater to the lesser",
		"1h1h":              "each once",
		"1.5h30m":           "only the last number may have decimals",
		"1h30":              "the unit of 30 is missing",
		"h":                 "write a number and a unit",
		"soon":              "write a number and a unit",
		"1..5h":             "write a number and a unit",
		"1.h":               "",
		".5h":               "write a number and a unit",
		"PT30S":             "ISO 8601 is not used here",
		"0.0000001ms":       "finer than a nanosecond",
		"300000d":           "longer than 292 years",
		"1e3s":              `"e" is not a unit`,

		strings.Repeat("1h", 99): "write a number and a unit",
		"${ input.wait }":        "write a number and a unit",
	} {
		got, err := ParseDuration(text)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ParseDuration(%q) = %v, %v; want an error with %q", text, got, err, want)
		}
	}
}

func TestFormatDuration(t *testing.T) {
	for want, d := range map[string]time.Duration{
		"0s": 0, "500ms": 500 * time.Millisecond, "1.5s": 1500 * time.Millisecond, "30s": 30 * time.Second, "5m": 5 * time.Minute, "1h30m": 90 * time.Minute,
		"7d": 168 * time.Hour, "1d2h3m4.000000005s": 26*time.Hour + 3*time.Minute + 4*time.Second + 5, "0.000001ms": 1, "999.999999ms": time.Second - 1,
		"-1m": -time.Minute, "106751d23h47m16.854775807s": math.MaxInt64, "-106751d23h47m16.854775808s": math.MinInt64,
	} {
		if got := FormatDuration(d); got != want {
			t.Errorf("FormatDuration(%v) = %q, want %q", d, got, want)
		}
	}
}

func TestParseSize(t *testing.T) {
	for text, want := range map[string]int64{
		"0B": 0, "512B": 512, "64KB": 64_000, "2MB": 2_000_000, "1.5GB": 1_500_000_000, "1TB": 1e12, "1KiB": 1024, "2MiB": 2 << 20, "1GiB": 1 << 30, "1TiB": 1 << 40,
	} {
		if got, err := ParseSize(text); err != nil || got != want {
			t.Errorf("ParseSize(%q) = %v, %v; want %v", text, got, err, want)
		}
	}
	for text, want := range map[string]string{
		"": "the size is empty", "100": "the unit is missing, write 100B for bytes", "-1MB": "cannot be negative", "2mb": "write 2MB", "2 MB": "write 2MB", "64k": "write 64KB", "64kB": "write 64KB",
		"1mib": "write 1MiB", "2XB": `"XB" is not a unit`, "MB": "write a number and a unit", "1MB2KB": "write a number and a unit", "0.5B": "not a whole number of bytes", "1..5MB": "write a number",
		"99999999TB": "too large",
	} {
		if got, err := ParseSize(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ParseSize(%q) = %v, %v; want an error with %q", text, got, err, want)
		}
	}
}

func TestFormatSize(t *testing.T) {
	for want, n := range map[string]int64{
		"0B": 0, "512B": 512, "1KB": 1000, "1KiB": 1024, "2MB": 2_000_000, "2MiB": 2 << 20, "2.1MB": 2_097_153, "1.3GB": 1_300_000_001, "1500KB": 1_500_000, "-5B": -5,
	} {
		if got := FormatSize(n); got != want {
			t.Errorf("FormatSize(%d) = %q, want %q", n, got, want)
		}
	}
}
