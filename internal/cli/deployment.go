package cli

import (
	"cmp"

	"github.com/spf13/pflag"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// deployment is which build of a worker deployment a worker is.
type deployment struct{ name, build, versioning string }

func (d *deployment) flags(f *pflag.FlagSet) {
	f.StringVar(&d.name, "deployment-name", "", "`NAME` of the worker deployment, $TEMPORAL_DEPLOYMENT_NAME if not set")
	f.StringVar(&d.build, "build-id", "", "`ID` of the build in it, $TEMPORAL_WORKER_BUILD_ID if not set")
	f.StringVar(&d.versioning, "versioning", "", "`BEHAVIOR` of runs when there is a newer build: pinned, or auto_upgrade (the default)")
}

var versioningBehaviors = map[string]workflow.VersioningBehavior{
	"": workflow.VersioningBehaviorAutoUpgrade, "auto_upgrade": workflow.VersioningBehaviorAutoUpgrade,
	"pinned": workflow.VersioningBehaviorPinned,
}

// options are those of the worker; nil without a deployment.
func (d deployment) options(lookup func(string) (string, bool)) (*worker.DeploymentOptions, error) {
	name, _ := lookup("TEMPORAL_DEPLOYMENT_NAME")
	build, _ := lookup("TEMPORAL_WORKER_BUILD_ID")
	d.name, d.build = cmp.Or(d.name, name), cmp.Or(d.build, build)
	behavior, known := versioningBehaviors[d.versioning]
	switch {
	case !known:
		return nil, usage("--versioning %q is neither pinned nor auto_upgrade", d.versioning)
	case d.name == "" && d.build == "" && d.versioning == "":
		return nil, nil
	case d.name == "" || d.build == "":
		return nil, usage("a worker deployment has a name and builds").hint("write --deployment-name NAME --build-id ID")
	}
	return &worker.DeploymentOptions{
		UseVersioning:             true,
		Version:                   worker.WorkerDeploymentVersion{DeploymentName: d.name, BuildID: d.build},
		DefaultVersioningBehavior: behavior,
	}, nil
}
