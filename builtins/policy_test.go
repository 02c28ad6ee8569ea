package builtins

import (
	"net/netip"
	"testing"
)

func TestPolicyOnAddresses(t *testing.T) {
	for _, test := range []struct {
		policy Policy
		ip     string
		fine   bool
	}{
		{Policy{}, "127.0.0.1", true},
		{Policy{}, "10.1.2.3", true},
		{Policy{}, "::1", true},
		{Policy{}, "169.254.1.1", false},
		{Policy{}, "::ffff:169.254.169.254", false},
		{Policy{}, "::169.254.169.254", false},
		{Policy{}, "fe80::1%eth0", false},
		{Policy{}, "fd00:ec2::254", false},
		{Policy{}, "fd20:ce::254", false},
		{Policy{}, "100.100.100.200", false},
		{Policy{}, "168.63.129.16", false},
		{Policy{}, "64:ff9b::a9fe:a9fe", false},
		{Policy{}, "2002:a9fe:a9fe::", false},
		{Policy{AllowMetadata: true}, "169.254.169.254", true},
		{Policy{DenyPrivate: true}, "127.0.0.1", false},
		{Policy{DenyPrivate: true}, "0.0.0.0", false},
		{Policy{DenyPrivate: true}, "::ffff:10.0.0.1", false},
		{Policy{DenyPrivate: true}, "64:ff9b::a00:1", false},
		{Policy{DenyPrivate: true}, "fc00::1", false},
		{Policy{DenyPrivate: true}, "100.64.0.1", false},
		{Policy{DenyPrivate: true}, "93.184.216.34", true},
		{Policy{Hosts: []string{"10.0.0.0/8"}}, "10.9.9.9", true},
		{Policy{Hosts: []string{"10.0.0.0/8"}}, "11.0.0.1", false},
		{Policy{Hosts: []string{"10.0.0.1:81"}}, "10.0.0.1", false},
		{Policy{Hosts: []string{"[::1]:80"}}, "::1", true},
		{Policy{Hosts: []string{"169.254.169.254"}}, "169.254.169.254", false},
		{Policy{Hosts: []string{"name.test"}}, "10.0.0.1", true},
		{Policy{Hosts: []string{"NAME.test.:80"}}, "10.0.0.1", true},
		{Policy{Hosts: []string{"name.test:81"}}, "10.0.0.1", false},
		{Policy{Hosts: []string{"*.test"}}, "10.0.0.1", true},
		{Policy{Hosts: []string{"*.name.test"}}, "10.0.0.1", false},
	} {
		err := test.policy.checkAddress("name.test", "80", netip.MustParseAddr(test.ip))
		if (err == nil) != test.fine {
			t.Errorf("%+v: %s: %v", test.policy, test.ip, err)
		}
	}
}
