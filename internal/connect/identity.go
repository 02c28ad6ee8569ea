package connect

import (
	"os"

	"go.temporal.io/sdk/contrib/envconfig"
)

// identityKey is the key of a profile that says who uses it.
const identityKey = "identity"

// Identity is the user that a profile is for: its `identity`, else USER. It is
// empty if neither is there. Nobody checks it but whoever guards the profile.
func Identity(f Flags, env Env) string {
	if name := profileIdentity(f, env); name != "" {
		return name
	}
	name, _ := env.LookupEnv("USER")
	return name
}

func profileIdentity(f Flags, env Env) string {
	file, profile := f.ConfigFile, f.Profile
	if file == "" {
		file, _ = env.LookupEnv("TEMPORAL_CONFIG_FILE")
	}
	if file == "" {
		file = envconfig.DefaultConfigFilePath()
	}
	if profile == "" {
		profile, _ = env.LookupEnv("TEMPORAL_PROFILE")
	}
	if profile == "" {
		profile = envconfig.DefaultConfigFileProfile
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	var config envconfig.ClientConfig
	more := map[string]map[string]any{}
	if err := config.FromTOML(data, envconfig.ClientConfigFromTOMLOptions{AdditionalProfileFields: more}); err != nil {
		return ""
	}
	name, _ := more[profile][identityKey].(string)
	return name
}
