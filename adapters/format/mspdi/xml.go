package mspdi

import "encoding/xml"

// The order of fields is the order of the schema, which the format insists on.

type project struct {
	XMLName       xml.Name     `xml:"http://schemas.microsoft.com/project Project"`
	Name          string       `xml:"Name"`
	StartDate     string       `xml:"StartDate,omitempty"`
	CalendarUID   string       `xml:"CalendarUID,omitempty"`
	MinutesPerDay int          `xml:"MinutesPerDay,omitempty"`
	Calendars     []calendar   `xml:"Calendars>Calendar"`
	Tasks         []task       `xml:"Tasks>Task"`
	Resources     []resource   `xml:"Resources>Resource"`
	Assignments   []assignment `xml:"Assignments>Assignment"`
}

type calendar struct {
	UID             string      `xml:"UID"`
	Name            string      `xml:"Name"`
	IsBase          string      `xml:"IsBaseCalendar,omitempty"`
	BaseCalendarUID string      `xml:"BaseCalendarUID,omitempty"`
	WeekDays        []weekDay   `xml:"WeekDays>WeekDay"`
	Exceptions      []exception `xml:"Exceptions>Exception,omitempty"`
}

type weekDay struct {
	DayType int         `xml:"DayType"` // 0 exception, 1 Sunday to 7 Saturday
	Working string      `xml:"DayWorking"`
	Period  *timePeriod `xml:"TimePeriod"`
	Times   []working   `xml:"WorkingTimes>WorkingTime,omitempty"`
}

type exception struct {
	Period  *timePeriod `xml:"TimePeriod"`
	Name    string      `xml:"Name,omitempty"`
	Type    string      `xml:"Type,omitempty"` // 1 daily; others recur
	Working string      `xml:"DayWorking"`
	Times   []working   `xml:"WorkingTimes>WorkingTime,omitempty"`
}

type timePeriod struct {
	From string `xml:"FromDate"`
	To   string `xml:"ToDate"`
}

type working struct {
	From string `xml:"FromTime"`
	To   string `xml:"ToTime"`
}

type task struct {
	UID            string `xml:"UID"`
	ID             string `xml:"ID,omitempty"`
	Name           string `xml:"Name,omitempty"`
	Active         string `xml:"Active,omitempty"`
	Manual         string `xml:"Manual,omitempty"`
	IsNull         string `xml:"IsNull,omitempty"`
	WBS            string `xml:"WBS,omitempty"`
	OutlineLevel   string `xml:"OutlineLevel,omitempty"`
	Priority       string `xml:"Priority,omitempty"`
	Start          string `xml:"Start,omitempty"`
	Finish         string `xml:"Finish,omitempty"`
	Duration       string `xml:"Duration,omitempty"`
	DurationFormat string `xml:"DurationFormat,omitempty"`
	Milestone      string `xml:"Milestone,omitempty"`
	Summary        string `xml:"Summary,omitempty"`
	ActualStart    string `xml:"ActualStart,omitempty"`
	ActualFinish   string `xml:"ActualFinish,omitempty"`
	Remaining      string `xml:"RemainingDuration,omitempty"`
	ConstraintType string `xml:"ConstraintType,omitempty"`
	CalendarUID    string `xml:"CalendarUID,omitempty"`
	ConstraintDate string `xml:"ConstraintDate,omitempty"`
	Deadline       string `xml:"Deadline,omitempty"`
	Links          []link `xml:"PredecessorLink"`
}

type link struct {
	UID       string `xml:"PredecessorUID"`
	Type      string `xml:"Type,omitempty"` // 0 FF, 1 FS, 2 SF, 3 SS
	Cross     string `xml:"CrossProject,omitempty"`
	Lag       string `xml:"LinkLag,omitempty"` // tenths of a minute
	LagFormat string `xml:"LagFormat,omitempty"`
}

type resource struct {
	UID  string `xml:"UID"`
	ID   string `xml:"ID,omitempty"`
	Name string `xml:"Name"`
	Type string `xml:"Type"` // 0 material, 1 work, 2 cost
}

type assignment struct {
	UID         string `xml:"UID"`
	TaskUID     string `xml:"TaskUID"`
	ResourceUID string `xml:"ResourceUID"`
	Units       string `xml:"Units,omitempty"`
}
