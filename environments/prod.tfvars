# Production: what holds data is protected. The compliance figures are for this profile.
region             = "eu-central-2"
availability_zones = ["eu-central-2a", "eu-central-2b", "eu-central-2c"]
suffix             = "prod"
profile            = "regulated"

tags = {
  project     = "citizen-data"
  cost_center = "citizen-services"
  additional = {
    DataClassification = "confidential"
  }
}

network = {
  cidr = "10.30.0.0/16"
  nat  = "one_per_az"
  # ec2 is there for Security Hub (EC2.10); the others are what functions call.
  interface_endpoints = ["ec2", "kms", "logs", "secretsmanager"]
}

database = {
  instance_class        = "db.m6g.large"
  engine_version        = "16"
  multi_az              = true
  storage_gb            = 400
  max_storage_gb        = 4000
  backup_retention_days = 35 # what the FedRAMP Moderate pack of AWS Config asks for
  # Performance Insights keeps a year: 12 times 31 days.
  performance_insights_retention_days = 372
}

credentials = {
  source        = "existing"
  rotation_days = 30
  application = {
    username      = "citizen_app"
    rotation_days = 30
  }
}

backup = {
  daily_retention_days     = 35
  long_term_retention_days = 2555 # seven years
}

alarms = {
  email = "operations@example.org"
}

recovery = {
  rpo_minutes = 60
  rto_minutes = 15
}

database_ha = {
  tags = {
    project     = "database-ha"
    cost_center = "citizen-services"
  }
  network = {
    cidr                = "10.41.0.0/19"
    nat                 = "two"
    interface_endpoints = ["ec2", "kms", "logs", "rds", "secretsmanager"]
  }
  database = {
    instance_class                      = "db.m6g.large"
    performance_insights_retention_days = 372
  }
  alarms = {
    email = "operations@example.org"
  }
}
