package engine

import "dynamicsamples/blueprint/language"

// executorOf is the table of what runs each kind of step. A new kind is a file of its
// own, step_<kind>.go, and a line here.
func executorOf(kind language.Kind) executor {
	switch kind.(type) {
	case *language.Activity:
		return activityStep{}
	case *language.Workflow:
		return workflowStep{}
	case *language.Group:
		return groupStep{}
	case *language.Parallel:
		return parallelStep{}
	case *language.Race:
		return raceStep{}
	case *language.Switch:
		return switchStep{}
	case *language.Loop:
		return loopStep{}
	case *language.Map:
		return mapStep{}
	case *language.Dag:
		return dagStep{}
	case *language.Graph:
		return graphStep{}
	case *language.PlanStep:
		return planStep{}
	case *language.Wait:
		return waitStep{}
	case *language.Sleep:
		return sleepStep{}
	case *language.Set:
		return setStep{}
	case *language.Try:
		return tryStep{}
	case *language.Fail:
		return failStep{}
	case *language.Stop:
		return stopStep{}
	}
	return nil
}
