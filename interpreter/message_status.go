package interpreter

import "time"

// A MessageStatus is what a Status says of messages.
type MessageStatus struct {
	Counts     MessageCounts   `json:"counts"`
	Running    []HandlerStatus `json:"running,omitempty"`    // whose steps run
	Unread     []MessageView   `json:"unread,omitempty"`     // for `receive`, oldest first
	Undeclared []MessageView   `json:"undeclared,omitempty"` // that the workflow does not know
	Refused    []Rejection     `json:"refused,omitempty"`    // that could not be read or broke their schema
	Closing    bool            `json:"closing,omitempty"`    // updates are refused
}

// A HandlerStatus is the steps of one message.
type HandlerStatus struct {
	Kind    string    `json:"kind"` // signal or update
	Name    string    `json:"name"`
	ID      string    `json:"id"` // of the update; of a signal its number
	Started time.Time `json:"started"`
}

// A MessageView is a message that no step has taken.
type MessageView struct {
	Name    string `json:"name"`
	Message any    `json:"message"`
}

// maxShown is how many messages of a kind a status shows: the newest.
const maxShown = 20

// messageStatus is nil if no message has ever come.
func (r *run) messageStatus() *MessageStatus {
	m := r.mail
	s := &MessageStatus{Counts: m.counts, Closing: m.closing}
	for _, h := range m.running {
		s.Running = append(s.Running, HandlerStatus{h.kind, h.name, h.id, h.started})
	}
	s.Unread = shownLetters(m.unread)
	s.Undeclared = shownLetters(m.undeclared)
	s.Refused = m.rejected[max(0, len(m.rejected)-maxShown):]
	s.waiting(r)
	if s.Counts.Received == 0 && len(s.Running) == 0 {
		return nil
	}
	return s
}

// waiting adds what the run has not looked at yet: it does so only where it
// declares messages, and at its end.
func (s *MessageStatus) waiting(r *run) {
	for _, a := range r.mail.arrived {
		if a.letter != nil {
			continue // it is counted already
		}
		s.Counts.Received++
		v, err := r.decodeMessage(a.args)
		if err == nil && r.program.Signal(a.name) == nil && len(s.Undeclared) < maxShown {
			s.Counts.Undeclared++
			s.Undeclared = append(s.Undeclared, MessageView{a.name, v})
		}
	}
}

func shownLetters(letters []letter) (list []MessageView) {
	for _, l := range letters[max(0, len(letters)-maxShown):] {
		list = append(list, MessageView{l.name, l.value})
	}
	return list
}
