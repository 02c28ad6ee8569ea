package dsl

// foreignChildKeys are keys of steps that run workflows elsewhere.
var foreignChildKeys = map[string]word{
	"id_reuse_policy":       {ours: "workflow_id_reuse_policy", same: true},
	"cron":                  {ours: "workflow", how: "a schedule is a document of its own, which begins with schedule: NAME"},
	"cron_schedule":         {ours: "workflow", how: "a schedule is a document of its own, which begins with schedule: NAME"},
	"namespace":             {ours: "workflow", how: "a child runs in the namespace of its parent"},
	"execution_timeout":     {ours: "timeouts", how: "write timeouts: {execution: 1h}"},
	"run_timeout":           {ours: "timeouts", how: "write timeouts: {run: 1h}"},
	"task_timeout":          {ours: "timeouts", how: "write timeouts: {task: 20s}"},
	"wait_for_cancellation": {ours: "workflow", how: "a cancelled child is always waited for"},
	"cancellation_type":     {ours: "workflow", how: "a cancelled child is always waited for"},
	"on_parent_close":       {ours: "parent_close_policy", same: true},
	"wait_for_completion":   {ours: "wait", how: "write wait: completed or wait: started"},
	"async":                 {ours: "wait", how: "write wait: started"},
}
